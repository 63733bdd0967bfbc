"""Whether the writer can work: `GET /health`, for restart.sh, containers and whoever watches."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from writer.db import reading
from writer.lib.errors import Unavailable
from writer.people import auth

bp = Blueprint("health", __name__)


@bp.get("/health")
@auth.public
def health() -> Response:
    """Answer 200 with the database's revision; a database that cannot be read is answered 503."""
    try:
        with reading() as db:
            revision = db.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    except DBAPIError as error:
        raise Unavailable("The database cannot be read, or was not migrated.") from error
    return jsonify(status="ok", revision=revision)
