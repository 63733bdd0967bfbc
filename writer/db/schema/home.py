"""The table of reports/home: what was said of setting up, where the product cannot see it by itself."""

from sqlalchemy import Column, Table, Text

from writer.db.schema.types import UtcTime, metadata

setup_steps = Table(
    "setup_steps",
    metadata,
    Column("name", Text, primary_key=True),  # a step that was ticked, or "hidden": the list is not shown
    Column("done_at", UtcTime, nullable=False),
    Column("done_by", Text, nullable=False),
)
