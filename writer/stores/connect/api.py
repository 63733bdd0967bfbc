"""The settings of a store's stock sync as JSON, below /api/v1/stores."""

from typing import Any, Literal, Self

from flask import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Row

from writer.db import reading
from writer.people import auth
from writer.stores import registry
from writer.stores.connect import policies
from writer.stores.registry.api_blueprint import StorePath, stores_blueprint
from writer.web.api_types import Answer
from writer.web.openapi import OnceHeader

bp = stores_blueprint("store_rules_api", __name__)
_BUFFER = "Units of each SKU that are never offered in this store."
_POLICY = "When the store shows a number that nothing explains: write ours, take theirs over, or ask."
_RESTOCKS = "Restock refunded units if the store does not say."
_MANAGES = "Switch stock management on for products that have none in the store."
_POLLS = (
    "Seconds between two polls of the store's orders by the worker, 5 to 3,600: a third of it for two minutes"
    " after a change, four times as long from midnight to six by the store's clock. 0: no polls."
)


class Rules(Answer):
    """The settings of a store's stock sync."""

    buffer: int = Field(description=_BUFFER)
    difference_policy: Literal["enforce", "adopt", "ask"] = Field(description=_POLICY)
    restocks_refunds: bool = Field(description=_RESTOCKS)
    manages_stock: bool = Field(description=_MANAGES)
    poll_interval_s: int = Field(description=_POLLS)

    @classmethod
    def from_store(cls, store: Row[Any]) -> Self:
        """Make the answer of a store's row."""
        flags = {name: bool(getattr(store, name)) for name in ("restocks_refunds", "manages_stock")}
        return cls.of(store, **flags)


class NewRules(BaseModel):
    """The settings to change; what is left out stays."""

    model_config = ConfigDict(
        strict=True, extra="forbid", json_schema_extra={"example": {"poll_interval_s": 30}}
    )

    buffer: int | None = Field(None, description=_BUFFER, ge=0, le=policies.LARGEST_BUFFER)
    difference_policy: Literal["enforce", "adopt", "ask"] | None = Field(None, description=_POLICY)
    restocks_refunds: bool | None = Field(None, description=_RESTOCKS)
    manages_stock: bool | None = Field(None, description=_MANAGES)
    poll_interval_s: int | None = Field(None, description=_POLLS, ge=0, le=policies.POLL_INTERVALS_S[-1])


@bp.get("/<int:store_id>/rules", responses={"200": Rules})
def show_rules(path: StorePath) -> dict[str, Any]:
    """Return the settings of a store's stock sync."""
    with reading() as db:
        return Rules.from_store(registry.get(db, path.store_id)).as_json()


@bp.put("/<int:store_id>/rules", responses={"200": Rules})
@auth.admin_only
def change_rules(path: StorePath, header: OnceHeader, body: NewRules) -> Response:
    """Change settings of a store's stock sync; the next push uses them."""

    def act(db: Connection) -> tuple[dict[str, Any], int]:
        present = Rules.from_store(registry.get(db, path.store_id)).as_json()
        wanted = present | body.model_dump(exclude_none=True)
        policies.change(db, auth.actor().name, path.store_id, **wanted)
        return Rules.from_store(registry.get(db, path.store_id)).as_json(), 200

    return auth.answer_once(act)
