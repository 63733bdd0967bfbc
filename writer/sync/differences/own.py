"""What a store's own orders moved since its number was confirmed: it may show that before we write it."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Connection, and_, case, or_, select

from writer.db.schema.listings import listings
from writer.db.schema.movements import movements
from writer.db.schema.orders import order_lines
from writer.stores import listing_conditions, state_columns, state_of


@dataclass(frozen=True)
class OwnOrders:
    """Units that a store's own orders moved, negative where they were sold.

    `doubtful` are those of `of_listing` that the number there may be without: what happened before the number
    was confirmed, and units that came back, which not every store puts back by itself.
    """

    of_listing: int = 0
    of_siblings: int = 0  # through other listings of the same product in this store
    doubtful: tuple[int, ...] = ()

    def accounts_for(self, change: int) -> bool:
        """Tell whether all of these orders together changed the number there by just so many units."""
        return change in (self.of_listing, self.of_listing + self.of_siblings)

    def explains(self, change: int, uncounted: int = 0) -> bool:
        """Tell whether these orders can have changed the number there by so many units.

        One movement can stand for several changes in the store, so any part of a doubtful one may be missing.
        `uncounted` is what the store sold at most of lines that moved nothing here.
        """
        most = -sum(units for units in self.doubtful if units < 0)
        least = -sum(units for units in self.doubtful if units > 0) - uncounted
        every = (self.of_listing, self.of_listing + self.of_siblings)
        return change == 0 or any(of + least <= change <= of + most for of in every)


NOTHING = OwnOrders()


def since_confirmed(db: Connection, listing_ids: list[int]) -> dict[int, OwnOrders]:
    """Return what each listing's store moved by itself since its number was confirmed.

    Those that moved nothing are left out.
    """
    is_of_listing = case(
        (order_lines.c.id.is_(None) | (order_lines.c.product_id == 0), True),
        (order_lines.c.product_id != listings.c.product_id, False),
        # A parent that counts for its variations is the listing of all of them.
        else_=or_(listings.c.variation_id == 0, order_lines.c.variation_id == listings.c.variation_id),
    )
    query = (
        select(
            listings.c.id,
            *state_columns,
            movements.c.quantity,
            movements.c.at,
            is_of_listing.label("is_of_listing"),
        )
        .join(
            movements,
            and_(
                movements.c.stock_product_id == listings.c.stock_product_id,
                listing_conditions.is_not_handled(movements.c.version),
                movements.c.store_id == listings.c.store_id,
                movements.c.kind != "drift",
            ),
        )
        .outerjoin(order_lines, order_lines.c.id == movements.c.order_line_id)
        .where(listings.c.id.in_(listing_ids))
        .order_by(movements.c.id)
    )
    of_listing: dict[int, int] = defaultdict(int)
    of_siblings: dict[int, int] = defaultdict(int)
    doubtful: dict[int, list[int]] = defaultdict(list)
    for row in db.execute(query):
        if not row.is_of_listing:
            of_siblings[row.id] += row.quantity
            continue
        of_listing[row.id] += row.quantity
        if row.quantity > 0 or state_of(row).may_cover(row.at):
            doubtful[row.id].append(row.quantity)
    return {
        id_: OwnOrders(of_listing[id_], of_siblings[id_], tuple(doubtful[id_]))
        for id_ in of_listing.keys() | of_siblings.keys()
    }
