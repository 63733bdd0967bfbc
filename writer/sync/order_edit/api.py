"""Changes of orders by API, below /api/v1/orders: status and notes, in the store first."""

from typing import Annotated, Any

from flask import Response, current_app
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from writer.db import database
from writer.people import auth
from writer.stores import Keyring
from writer.sync.order_edit import actions
from writer.web import api_types
from writer.web.openapi import PROBLEMS, RequiredOnceHeader, check_body, problems

bp = APIBlueprint(
    "amend_api",
    __name__,
    url_prefix="/api/v1/orders",
    abp_tags=[Tag(name="Orders")],
    abp_security=[{"token": []}],
    abp_responses={**PROBLEMS, **problems("store_refused")},
)
bp.before_request(check_body)

_NOTE: dict[str, JsonValue] = {"note": "It left the kiln today.", "customer_note": False}
_LONGEST_STATUS = 60


class OrderPath(BaseModel):
    """Which order."""

    order_id: api_types.PathId


class NewStatus(api_types.Body):
    """The new status of an order."""

    model_config = ConfigDict(json_schema_extra={"example": {"status": "completed"}})

    status: Annotated[str, Field(min_length=1, max_length=_LONGEST_STATUS)] = Field(
        description="A status of WooCommerce, or of a plugin that the store has or the owner mapped."
    )


class Changed(api_types.Answer):
    """The order as it is in the store now."""

    id: int
    status: str
    date_modified: api_types.TimeText | None


class NewNote(api_types.Body):
    """A note to an order."""

    model_config = ConfigDict(json_schema_extra={"example": _NOTE})

    note: Annotated[str, Field(min_length=1, max_length=actions.LONGEST_NOTE)]
    customer_note: bool = Field(False, description="The store mails it to the customer.")


class Noted(api_types.Answer):
    """The store has the note."""

    status: str = Field(json_schema_extra={"example": "ok"})
    id: int


@bp.put("/<int:order_id>/status", responses={"200": Changed})
def set_status(path: OrderPath, body: NewStatus) -> dict[str, Any]:
    """Change the status of an order: in its store first, then here as the store answers.

    If the store is down or refuses, the answer is 502 and nothing changes here.
    """
    order = actions.set_status(
        database(), _ring().vault, auth.store_scope(), auth.actor().name, path.order_id, body.status
    )
    return Changed.of(order, date_modified=api_types.iso(order.changed_at)).as_json()


@bp.post("/<int:order_id>/notes", responses={"201": Noted})
def add_note(path: OrderPath, header: RequiredOnceHeader, body: NewNote) -> Response:
    """Add a note to an order in its store; with `customer_note` the store mails it to the customer.

    The `Idempotency-Key` is required and reserved before the note is sent. The same request again gets the
    first answer. If it is unknown whether the note was sent, it gets 409, and nothing is sent.
    """
    known, who = database(), auth.actor().name
    order, text = actions.check_note(known, auth.store_scope(), path.order_id, body.note)

    def send() -> tuple[dict[str, Any], int]:
        actions.send_note(known, _ring().vault, who, order, text, body.customer_note)
        return Noted.model_construct(status="ok", id=path.order_id).as_json(), 201

    return auth.send_once(send, actions.surely_nothing_sent)


def _ring() -> Keyring:
    found: Keyring = current_app.extensions["keyring"]
    return found
