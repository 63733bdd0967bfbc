"""Order import: reads orders from the stores over REST."""

from writer.sync.order_import.details import read_details
from writer.sync.order_import.pace import Pace
from writer.sync.order_import.read import Reader, asked
from writer.sync.order_import.runs import MOST_DAYS_BACK, Plan, line, run, summary
from writer.sync.order_import.runs import drop_old as drop_old_runs

__all__ = [
    "MOST_DAYS_BACK",
    "Pace",
    "Plan",
    "Reader",
    "asked",
    "drop_old_runs",
    "line",
    "read_details",
    "run",
    "summary",
]
