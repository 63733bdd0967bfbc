"""WooCommerce's routes: the path, query and shape of answer behind each verb. No HTTP here."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from writer.stores.woocommerce.answer import Answer
from writer.stores.woocommerce.problems import BadAnswer, StoreSilent, TooHeavy

PAGE_SIZE = 100  # the most WooCommerce returns, and accepts in a batch
PRODUCT_FIELDS = (
    "id,type,sku,name,status,manage_stock,stock_quantity,backorders,parent_id,attributes,date_modified_gmt"
)
# What a list is asked for on a host that cannot give a hundred; each goes into the one before.
SMALLER_PAGES = {100: 10, 10: 1}

OTHER_SHAPE = "The answer is JSON, but not of WooCommerce's shape."

Json = dict[str, Any]
_SECOND = timedelta(seconds=1)  # the format of WooCommerce's times


class Routes(ABC):
    """The calls to a store. Each raises StoreError (see problems.py) if it failed."""

    root: str  # address of the store's /wp-json/
    page_size = PAGE_SIZE  # how many things a list is asked for
    has_read = False  # whether the store has answered a read in this conversation

    @abstractmethod
    def ask(self, method: str, path: str, query: Json, body: Json | None = None) -> Answer:
        """Send a request below wc/v3 with the keys; return a success, raise StoreError for anything else."""

    @abstractmethod
    def look(self, query: Json) -> Answer:
        """Request the index of the REST API, without the keys."""

    # Orders

    def orders_pages(self, modified_after: datetime | None, status: str = "any") -> Iterator[list[Json]]:
        """Yield all orders changed after a moment (UTC), a page at a time, the oldest change first.

        An order that changes while pages are read moves to the end and pulls another one over a page's edge;
        if that happens the rest is read again, so some orders come twice and none is missed.
        """
        query = {"status": status, "orderby": "modified", "order": "asc"}
        seen: set[Any] = set()
        has_moved, edge, total = False, None, 0
        for page, of_all in self._pages("orders", {**query, **_after(modified_after)}):
            ids = {order.get("id") for order in page}
            has_moved = has_moved or of_all < total or not ids.isdisjoint(seen)
            seen |= ids
            edge, total = edge or _newest(page), of_all
            yield page
        if has_moved and edge is not None:
            yield from self._orders_in_steps(query, edge - _SECOND)

    def _orders_in_steps(self, query: Json, since: datetime) -> Iterator[list[Json]]:
        """Yield orders changed since; each page starts at the second in which the last one ended.

        So no order can be pulled over a page's edge, however many change during a long import.
        """
        is_at_end = False
        while not is_at_end:
            is_at_end = True
            for page, _ in self._pages("orders", {**query, **_after(since)}):
                yield page
                newest = _newest(page)
                # Changes after the last page was read are left to the next import.
                if newest is not None and newest - _SECOND > since and len(page) == self.page_size:
                    since, is_at_end = newest - _SECOND, False
                    break

    def newest_orders(self) -> list[Json]:
        """Return a few of the orders that were made last, of any status."""
        return _listed(self.ask("GET", "orders", {"status": "any", "per_page": "10"}))

    def order(self, order_id: int | str) -> Json:
        """Return one order; raises NotThere."""
        return self._object("GET", f"orders/{int(order_id)}")

    def orders(self, ids: list[int | str]) -> list[Json]:
        """Return the orders with these ids that are not in the trash; at most 100 ids a call."""
        return self._some("orders", [int(found) for found in ids], {"status": "any"})

    def refunds(self, order_id: int | str) -> list[Json]:
        """Return all refunds of an order; none if there is no such order (as WooCommerce answers)."""
        return self._all(f"orders/{int(order_id)}/refunds")

    def put_order(self, order_id: int | str, changes: Json) -> Json:
        """Change an order and return it."""
        return self._object("PUT", f"orders/{int(order_id)}", changes)

    def add_note(self, order_id: int | str, note: str, to_customer: bool) -> Json:
        """Add a note to an order; `to_customer` mails it, every time this is called."""
        return self._object(
            "POST", f"orders/{int(order_id)}/notes", {"note": note, "customer_note": to_customer}
        )

    # Products

    def products(self, ids: list[int]) -> list[Json]:
        """Return the products with these ids that exist, in any order; at most 100 ids a call."""
        return self._some("products", ids, {"_fields": PRODUCT_FIELDS})

    def variations(self, parent_id: int, ids: list[int]) -> list[Json]:
        """Return the variations with these ids that exist, at most 100; raises NotThere without a parent."""
        return self._some(f"products/{int(parent_id)}/variations", ids, {"_fields": PRODUCT_FIELDS})

    def write_products(self, items: list[Json]) -> list[Json]:
        """Update at most 100 products; return one answer for each, in order, with an `error` if it failed."""
        return self._batch("products/batch", items)

    def write_variations(self, parent_id: int, items: list[Json]) -> list[Json]:
        """Update at most 100 variations of one product, as `write_products`."""
        return self._batch(f"products/{int(parent_id)}/variations/batch", items)

    def product_pages(self) -> Iterator[list[Json]]:
        """Yield all products but variations and those in the trash, a page at a time."""
        query = {"orderby": "id", "order": "asc", "_fields": PRODUCT_FIELDS}
        return (page for page, _ in self._pages("products", query))

    def variation_pages(self, parent_id: int) -> Iterator[list[Json]]:
        """Yield all variations of a product, a page at a time."""
        query = {"orderby": "id", "order": "asc", "_fields": PRODUCT_FIELDS}
        return (page for page, _ in self._pages(f"products/{int(parent_id)}/variations", query))

    # The store itself

    def index(self) -> Json:
        """Return the public index of WordPress: name, home, url, namespaces."""
        return _object(self.look({"_fields": "name,url,home,namespaces"}))

    def try_writing(self) -> None:
        """Send a write that changes nothing; raises KeysReadOnly if the keys may only read."""
        self.ask("POST", "products/batch", {}, {"update": []})

    def webhooks(self) -> list[Json]:
        """Return all webhooks of the store."""
        return self._all("webhooks")

    def create_webhook(self, topic: str, url: str, secret: str) -> Json:
        """Create an active webhook and return it; the store pings the address before it answers."""
        named = {"name": f"onerom-sales {topic}", "topic": topic, "delivery_url": url, "secret": secret}
        return self._object("POST", "webhooks", {**named, "status": "active"})

    def update_webhook(self, webhook_id: int, changes: Json) -> Json:
        """Change a webhook and return it."""
        return self._object("PUT", f"webhooks/{int(webhook_id)}", changes)

    def delete_webhook(self, webhook_id: int) -> None:
        """Delete a webhook for good."""
        self.ask("DELETE", f"webhooks/{int(webhook_id)}", {"force": "true"})

    def system_status(self) -> Json:
        """Return WooCommerce's status report: versions, addresses."""
        return self._object("GET", "system_status", query={"_fields": "environment,settings"})

    # Shapes of answers

    def _some(self, path: str, ids: list[int], query: Json) -> list[Json]:
        """Return those of at most 100 things that exist, in several calls where a host needs it."""
        if len(ids) > PAGE_SIZE:
            raise ValueError(f"at most {PAGE_SIZE} ids a call")
        found: list[Json] = []
        while ids:
            some = ids[: self.page_size]
            asked = {**query, "include": ",".join(map(str, some)), "per_page": str(self.page_size)}
            try:
                found += _listed(self.ask("GET", path, asked))
            except TooHeavy as error:
                self._ask_for_fewer(error, len(some))
            else:
                ids = ids[len(some) :]
        return found

    def _batch(self, path: str, items: list[Json]) -> list[Json]:
        if not items:
            return []
        answers = self._object("POST", path, {"update": items}).get("update")
        if isinstance(answers, dict):
            answers = list(answers.values())
        if not isinstance(answers, list) or len(answers) != len(items):
            raise BadAnswer("The store does not give a result for each item of a batch.")
        return [answer if isinstance(answer, dict) else {} for answer in answers]

    def _object(self, method: str, path: str, body: Json | None = None, query: Json | None = None) -> Json:
        return _object(self.ask(method, path, query or {}, body))

    def _all(self, path: str) -> list[Json]:
        return [item for page, _ in self._pages(path, {}) for item in page]

    def _pages(self, path: str, query: Json) -> Iterator[tuple[list[Json], int]]:
        """Yield each page of a list and how many things the list has (0: the store does not say).

        A list ends with a page that is shorter than asked for, or empty. Headers may be lost on the way, so a
        missing `Link` says nothing. Raises BadAnswer where the store says that the list has more.
        """
        seen = total = 0
        while True:
            answer, size = self._page(path, query, seen)
            page = _listed(answer)
            # Past the end of a list WooCommerce says that it has 0.
            total = _total(answer) if page else total
            seen += len(page)
            yield page, total
            is_full = len(page) == size and not (total and seen >= total)
            if not is_full and not self._is_cut_short(page, seen, total):
                break
        if seen < total:
            raise BadAnswer(f"The store says that the list has {total}, and lists {seen} of them.")

    def _page(self, path: str, query: Json, seen: int) -> tuple[Answer, int]:
        """Return the answer that lists what comes after `seen` things, and how many it was asked for."""
        while True:
            size = self.page_size
            asked = {**query, "per_page": str(size), "page": str(seen // size + 1)}
            try:
                return self.ask("GET", path, asked), size
            except TooHeavy as error:
                self._ask_for_fewer(error, size)

    def _ask_for_fewer(self, error: TooHeavy, asked_for: int) -> None:
        """Have what follows asked for in smaller pages; raises `error` where that cannot help.

        A store that is down fails whatever it is asked for, and waiting for a silent one again takes long:
        one that has answered nothing yet is not waited for twice.
        """
        smaller = SMALLER_PAGES.get(self.page_size, asked_for)
        if smaller >= asked_for or (isinstance(error, StoreSilent) and not self.has_read):
            raise error
        self.page_size = smaller

    def _is_cut_short(self, page: list[Json], seen: int, total: int) -> bool:
        """Tell whether a host gave fewer than asked for, although the list goes on; go on with as many."""
        if not page or seen >= total or seen % len(page):
            return False
        self.page_size = len(page)
        return True


def _total(answer: Answer) -> int:
    said = answer.headers.get("x-wp-total", "").strip()
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0


def _after(moment: datetime | None) -> Json:
    """Return the query for changes after a moment: naive UTC, because a "Z" would shift it by the zone."""
    if moment is None:
        return {}
    naive = moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    return {"modified_after": naive.isoformat(), "dates_are_gmt": "true"}


def _newest(page: list[Json]) -> datetime | None:
    for order in reversed(page):
        try:
            return datetime.fromisoformat(str(order.get("date_modified_gmt"))).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _object(answer: Answer) -> Json:
    found = answer.json()
    if not isinstance(found, dict):
        raise BadAnswer(OTHER_SHAPE)
    return found


def _listed(answer: Answer) -> list[Json]:
    """Return the objects an answer lists; PHP writes a list with a gap in its keys as an object."""
    found = answer.json()
    items = list(found.values()) if isinstance(found, dict) and found else found
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise BadAnswer(OTHER_SHAPE)
    return items
