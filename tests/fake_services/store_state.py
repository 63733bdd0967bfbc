"""What the fake store knows, its ids and its clock. Whoever reads or changes it holds its one lock."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from tests.fake_services.store_model import ApiKey, Meta, Order, Product, StockChange, Webhook

StockRules = Literal["new", "old"]
ProductRef = Product | int | str

VERSIONS = {"new": ("10.5.0", "6.9.1"), "old": ("9.9.5", "6.9")}
STATUSES = (
    "auto-draft",
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "checkout-draft",
)


class StoreState:
    def __init__(
        self,
        *,
        name: str,
        tz: str,
        currency: str,
        rules: StockRules,
        clock: Callable[[], datetime] | None,
        first_id: int,
        id_gaps: bool,
        extra_statuses: tuple[str, ...],
    ) -> None:
        self.name = name
        self.url = ""  # known once the server listens; no trailing slash
        self.tz = ZoneInfo(tz)
        self.currency = currency
        self.rules = rules
        self.version, self.wp_version = VERSIONS[rules]
        self.statuses = STATUSES + extra_statuses
        self.trash_touches_modified = False
        self.gateway_refunds = False
        self.lock = threading.RLock()
        self.products: dict[int, Product] = {}
        self.orders: dict[int, Order] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.keys: dict[str, ApiKey] = {}
        self.mails: list[tuple[str, int]] = []
        self.stock_changes: list[StockChange] = []
        self.nonces: dict[tuple[str, str], int] = {}  # oldest first
        self.revision = 0  # raised by every change: lists kept from before are then stale
        self.emit: Callable[[str, int], None] = lambda topic, resource_id: None
        self.ping: Callable[[Webhook], object] = lambda hook: None
        self.random = random.Random(name)  # repeatable: gaps between ids, order keys
        self._clock = clock or (lambda: datetime.now(UTC))
        self._shift = timedelta(0)
        self._frozen_at: datetime | None = None
        self._next_id = first_id
        self._id_gaps = id_gaps
        self._counters = {"line": 1, "meta": 1, "note": 1, "webhook": 1}
        self._sku_ids: dict[str, int] = {}
        self._kept: tuple[int, tuple[object, ...], list[int]] = (-1, (), [])

    # Time: always aware, UTC, whole seconds, as WooCommerce keeps it.

    def now(self) -> datetime:
        return ((self._frozen_at or self._clock()) + self._shift).astimezone(UTC).replace(microsecond=0)

    def shift_clock(self, seconds: float) -> None:
        with self.lock:
            self._shift += timedelta(seconds=seconds)

    def set_clock(self, at: datetime | None) -> None:
        """Stop the clock at a moment; None lets it run again."""
        with self.lock:
            self._frozen_at = at
            self._shift = timedelta(0)

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.tz)

    # Ids: posts, orders, refunds and products share one sequence with gaps.

    def new_id(self) -> int:
        given = self._next_id
        is_next = not self._id_gaps or self.random.random() < 0.8
        self._next_id += 1 if is_next else self.random.randint(2, 5)
        return given

    def reserve_id(self, wanted: int) -> int:
        self._next_id = max(self._next_id, wanted + 1)
        return wanted

    def count_up(self, what: str) -> int:
        given = self._counters[what]
        self._counters[what] += 1
        return given

    def meta(self, key: str, value: object) -> Meta:
        return Meta(self.count_up("meta"), key, value)

    def set_meta(self, metas: list[Meta], key: str, value: object) -> None:
        for meta in metas:
            if meta.key == key:
                meta.value = value
                return
        metas.append(self.meta(key, value))

    # Products and their SKUs, which WooCommerce compares without regard to case.

    def index(self, product: Product) -> None:
        self.products[product.id] = product
        if product.sku:
            self._sku_ids[product.sku.casefold()] = product.id

    def unindex_sku(self, product: Product) -> None:
        self._sku_ids.pop(product.sku.casefold(), None)

    def find_sku(self, sku: str) -> Product | None:
        return self.products.get(self._sku_ids.get(sku.casefold(), 0))

    def product(self, ref: ProductRef) -> Product:
        found = self.find_product(ref)
        if found is None:
            raise KeyError(f"{self.name} has no product {ref!r}")
        return found

    def find_product(self, ref: ProductRef) -> Product | None:
        if isinstance(ref, Product):
            return ref
        return self.products.get(ref) if isinstance(ref, int) else self.find_sku(ref)

    def order(self, ref: Order | int) -> Order:
        return ref if isinstance(ref, Order) else self.orders[ref]

    def kept_list(self, key: tuple[object, ...], find: Callable[[], list[int]]) -> list[int]:
        """The ids of a list, kept until something changes: reading page after page searches once."""
        if self._kept[:2] != (self.revision, key):
            self._kept = (self.revision, key, find())
        return self._kept[2]

    def touch_order(self, order: Order) -> None:
        order.modified_at = self.now()
        self.revision += 1

    def touch_product(self, product: Product) -> None:
        product.modified_at = self.now()
        self.revision += 1
