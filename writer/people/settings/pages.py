"""The page that leads to everything that can be set up, with the settings that only `.env` changes."""

from flask import Blueprint, current_app, render_template

from writer.config import Config
from writer.lib import clock
from writer.people import auth

bp = Blueprint("settings", __name__, template_folder="templates")


@bp.get("/settings")
def index() -> str:
    """Show where each thing is set."""
    config: Config = current_app.config["ONEROM"]
    return render_template(
        "settings/index.html",
        config=config,
        zone=clock.zone_name(),
        now=clock.now(),
        is_admin=auth.actor().role == "admin",
    )
