"""The mapping of a listing: which product it is, who said so, and what its orders are told it is."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from writer.db.schema.orders import product_skus


@dataclass(frozen=True)
class Mapping:
    """Which product a listing is (None: nothing), whether by hand, and the SKU that its orders count as.

    `said` None: its orders go by the SKU on their lines.
    """

    product: int | None
    is_by_hand: bool
    said: str | None

    @property
    def fields(self) -> dict[str, Any]:
        """What the audit trail keeps of it."""
        return asdict(self)


def mapping_of(db: Connection, row: Row[Any]) -> Mapping:
    """Return the mapping of a listing as it is now."""
    said = select(product_skus.c.sku).where(
        product_skus.c.store_id == row.store_id,
        product_skus.c.product_id == row.product_id,
        product_skus.c.variation_id == row.variation_id,
    )
    return Mapping(row.stock_product_id, bool(row.is_mapped_by_hand), db.execute(said).scalar())
