"""All that orders have counted: the same before and after something that changes nothing in the end."""

from typing import Any

from sqlalchemy import select

from writer.db import Database
from writer.db.schema.ledger import sales
from writer.db.schema.movements import movements
from writer.db.schema.orders import order_lines
from writer.db.schema.orders import orders as order_rows
from writer.db.schema.products import products
from writer.db.schema.public_page import sales_days, sales_totals


def everything(database: Database) -> dict[str, Any]:
    """Return all that must be as before: ledger, totals and stock by time, and what lines have posted."""
    with database.reading() as db:
        lines = db.execute(select(order_lines).order_by(order_lines.c.id)).all()
        ledger: dict[Any, int] = {}
        for row in db.execute(select(sales)):
            key = (row.order_line_id, row.model, row.variant, row.date_added)
            ledger[key] = ledger.get(key, 0) + row.quantity
        moved: dict[Any, int] = {}
        for row in db.execute(select(movements)):
            when = (row.order_line_id, row.stock_product_id, row.at)
            moved[when] = moved.get(when, 0) + row.quantity
        return {
            "lines": [tuple(row) for row in lines],
            "counted_at": [
                row.counted_at for row in db.execute(select(order_rows).order_by(order_rows.c.id))
            ],
            "ledger": {key: units for key, units in ledger.items() if units},
            "moved": {key: units for key, units in moved.items() if units},
            "on hand": list(db.execute(select(products.c.on_hand).order_by(products.c.id)).scalars()),
            "totals": {tuple(row)[:3] for row in db.execute(select(sales_totals)) if row[2]},
            "days": {tuple(row) for row in db.execute(select(sales_days)) if row[3]},
        }
