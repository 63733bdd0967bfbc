"""What the tests of orders look at in the database."""

from sqlalchemy import Connection, func, select

from writer.db import Database
from writer.db.schema.ledger import sales
from writer.db.schema.orders import order_lines, orders


def totals(database: Database) -> dict[tuple[str, str], int]:
    """Return units sold by (model, variant), pairs that come to 0 left out."""
    with database.reading() as db:
        return totals_in(db)


def totals_in(db: Connection) -> dict[tuple[str, str], int]:
    """The same inside a transaction that is under way."""
    units = func.sum(sales.c.quantity)
    query = select(sales.c.model, sales.c.variant, units).group_by(sales.c.model, sales.c.variant)
    return {(row[0], row[1]): int(row[2]) for row in db.execute(query.having(units != 0))}


def sold_by_order(database: Database) -> dict[str, int]:
    """Return units sold by order number, every recorded order named."""
    query = (
        select(orders.c.number, func.coalesce(func.sum(sales.c.quantity), 0))
        .join(order_lines, order_lines.c.order_id == orders.c.id, isouter=True)
        .join(sales, sales.c.order_line_id == order_lines.c.id, isouter=True)
        .group_by(orders.c.number)
    )
    with database.reading() as db:
        return {row[0]: int(row[1]) for row in db.execute(query)}


def posted(database: Database) -> list[int]:
    """Return the quantities of the ledger's rows, in the order they were posted."""
    with database.reading() as db:
        return list(db.execute(select(sales.c.quantity).order_by(sales.c.id)).scalars())


def order_id(database: Database, number: str = "1001") -> int:
    """Return the id of the order with this number."""
    with database.reading() as db:
        return int(db.execute(select(orders.c.id).where(orders.c.number == number)).scalar_one())
