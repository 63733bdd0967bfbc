"""What a channel says of an order at one moment, whatever the channel: plain frozen data, no database."""

import hashlib
import json
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cached_property

from writer.orders.record.details import Address, Charge


@dataclass(frozen=True)
class Channel:
    """The store an order came from and its policies."""

    store_id: int
    name: str
    counts_on_hold: bool = False
    paid_statuses: frozenset[str] = frozenset()
    restocks_refunds: bool = True
    has_keys: bool = False
    stock_from: datetime | None = None  # orders made before move no stock; None: no such time


@dataclass(frozen=True)
class LineSnapshot:
    """One order line. `quantity` in whole units; `problem` says why it cannot be counted."""

    external_id: str
    quantity: int
    sku: str = ""
    product_id: int = 0  # 0: deleted in the store, or never known
    variation_id: int = 0  # 0: no variation
    name: str = ""
    total_minor: int = 0  # after discounts, before tax
    subtotal_minor: int | None = None  # before discounts and tax; None: it does not say
    tax_minor: int | None = None  # None: it does not say
    restocked: int | None = None  # the store's own word; None: it does not say
    store_reduced: int | None = None  # what the store itself holds out; None: it does not say
    problem: str | None = None


@dataclass(frozen=True)
class RefundSnapshot:
    """One refund. `lines` maps line ids to units, None while only the amount is known."""

    external_id: str
    total_minor: int
    reason: str = ""
    lines: tuple[tuple[str, int], ...] | None = None
    made_at: datetime | None = None  # None: the channel does not say


@dataclass(frozen=True)
class OrderSnapshot:
    """An order as its channel showed it. Times are aware UTC; money is in minor units of `currency`."""

    external_id: str
    status: str
    lines: tuple[LineSnapshot, ...]
    created_at: datetime
    changed_at: datetime | None = None  # the channel's own time of last change; None: it has none
    key_hash: str = ""
    number: str = ""
    paid_at: datetime | None = None
    currency: str = ""
    total_minor: int = 0
    refunds: tuple[RefundSnapshot, ...] = ()
    tells_refunds: bool = True  # False: it says nothing of refunds, which is not that there are none
    parent_external_id: str | None = None
    customer_name: str | None = None
    customer_email: str | None = None
    ship_to: Address | None = None
    phone: str | None = None
    customer_note: str | None = None
    payment_title: str | None = None  # as the customer saw it: "Credit card"
    transaction_id: str | None = None
    charges: tuple[Charge, ...] = ()
    tax_minor: int | None = None  # all of it, included in the total; None: it does not say
    discount_minor: int | None = None  # off all lines, before tax; None: it does not say
    is_anonymized: bool = False  # the store erased the customer: so do we
    is_authoritative: bool = False  # read from the store itself just now: wins over an equal time of change
    raw: str | None = field(default=None, repr=False)

    def is_older_than(self, changed_at: datetime) -> bool:
        """Tell whether this is from before a recorded change; a store that was asked wins a tie."""
        recorded = changed_at.replace(microsecond=0) if self.is_authoritative else changed_at
        return self.changed_at is not None and self.changed_at < recorded

    @cached_property
    def snapshot_hash(self) -> str:
        """A hash of what the snapshot says, without the bytes it was said in or its time of change."""
        said = {name: getattr(self, name) for name in _SAID}
        said["lines"] = [vars(line) for line in self.lines]
        said["refunds"] = [(refund.external_id, refund.total_minor) for refund in self.refunds]
        return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()


_SAID = [
    found.name
    for found in fields(OrderSnapshot)
    if found.name not in ("raw", "changed_at", "is_authoritative", "tells_refunds")
]
