"""What the JSON views of stores begin with, whichever room they are in: their blueprint and their path."""

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel

from writer.web.api_types import PathId
from writer.web.openapi import PROBLEMS, check_body


class StorePath(BaseModel):
    """Which store."""

    store_id: PathId


def stores_blueprint(name: str, module: str) -> APIBlueprint:
    """Return a room's blueprint for JSON views below /api/v1/stores; its name is in their operationIds."""
    bp = APIBlueprint(
        name,
        module,
        url_prefix="/api/v1/stores",
        abp_tags=[Tag(name="Stores", description="The WooCommerce stores and what is matched there.")],
        abp_security=[{"token": []}],
        abp_responses=PROBLEMS,
    )
    bp.before_request(check_body)
    return bp
