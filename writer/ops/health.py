"""Whether the writer can work: `GET /health`, for restart.sh, containers and whoever watches."""

from typing import Any

from flask import Blueprint, Response, jsonify
from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError

from writer.db import is_unreachable, reading
from writer.lib.errors import Unavailable
from writer.ops import worker_health
from writer.people import auth

bp = Blueprint("health", __name__)


@bp.get("/health")
@auth.public
def health() -> Response:
    """Answer 200 with the database's revision and the worker's tasks; 503 if the database cannot be read."""
    try:
        with reading() as db:
            revision = db.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            tasks = worker_health.list_tasks(db)
    except DBAPIError as error:
        raise Unavailable(_why(error)) from error
    return jsonify(status="ok", revision=revision, worker=[_shown(task) for task in tasks])


def _why(error: DBAPIError) -> str:
    if is_unreachable(error):
        return "PostgreSQL does not answer."
    return "The database cannot be read, or was not migrated."


def _shown(task: Row[Any]) -> dict[str, Any]:
    """Return the state of a task without its error, because everybody may read this page."""
    return {
        "task": task.name,
        "runs": worker_health.runs(task),
        "fails": task.error is not None,
        "last_round_at": task.last_round_at.isoformat() if task.last_round_at else None,
    }
