"""WooCommerce's routes: the path, query and shape of answer behind each verb. No HTTP here."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from writer.stores.woocommerce.problems import Answer, BadAnswer

PAGE_SIZE = 100  # the most WooCommerce gives, and the most it takes in a batch
PRODUCT_FIELDS = "id,type,sku,name,status,manage_stock,stock_quantity,backorders,parent_id,attributes"
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="?next"?')

OTHER_SHAPE = "The answer is JSON of another shape than WooCommerce's."

Json = dict[str, Any]
_SECOND = timedelta(seconds=1)  # what WooCommerce's times are told in


class Routes(ABC):
    """The verbs of a store. Every one raises StoreError (see problems.py) where the store did not do it."""

    root: str  # address of the store's /wp-json/

    @abstractmethod
    def ask(self, method: str, path: str, query: Json, body: Json | None = None) -> Answer:
        """Ask below wc/v3 with the keys; return a success, raise StoreError for anything else."""

    @abstractmethod
    def look(self, query: Json) -> Answer:
        """Ask for the index of the REST API, without the keys."""

    # Orders

    def orders_pages(self, modified_after: datetime | None, status: str = "any") -> Iterator[list[Json]]:
        """Yield all orders changed after a moment (UTC), a page at a time, the oldest change first.

        An order changed while pages are read moves to the end and pulls another one over a page's edge;
        where that happens the rest is read again, so some orders come twice and none is left out.
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
        """Yield orders changed since, each page asked for from the second on in which the last one ended.

        So nothing that moves pulls another one over an edge, however much changes in a long reading.
        """
        is_at_end = False
        while not is_at_end:
            is_at_end = True
            for page, _ in self._pages("orders", {**query, **_after(since)}):
                yield page
                newest = _newest(page)
                # What changes once the last page is read is the next reading's.
                if newest is not None and newest - _SECOND > since and len(page) == PAGE_SIZE:
                    since, is_at_end = newest - _SECOND, False
                    break

    def order(self, order_id: int | str) -> Json:
        """Return one order; raises NotThere."""
        return self._object("GET", f"orders/{int(order_id)}")

    def orders(self, ids: list[int | str]) -> list[Json]:
        """Return the orders with these ids that are not in the trash; at most 100 ids a call."""
        query = {"include": ",".join(str(found) for found in ids), "per_page": 100, "status": "any"}
        return _listed(self.ask("GET", "orders", query))

    def refunds(self, order_id: int | str) -> list[Json]:
        """Return all refunds of an order, none where there is no such order (so does WooCommerce)."""
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
        """Return those of at most 100 products that exist, in any order."""
        return self._some("products", ids)

    def variations(self, parent_id: int, ids: list[int]) -> list[Json]:
        """Return those of at most 100 variations that exist; raises NotThere without the parent."""
        return self._some(f"products/{int(parent_id)}/variations", ids)

    def write_products(self, items: list[Json]) -> list[Json]:
        """Update at most 100 products; one answer each, in order, an `error` in those that failed."""
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
        """Return what WordPress says of itself to anybody: name, home, url, namespaces."""
        return _object(self.look({"_fields": "name,url,home,namespaces"}))

    def try_writing(self) -> None:
        """Send a write that changes nothing; raises KeysReadOnly where the keys may only read."""
        self.ask("POST", "products/batch", {}, {"update": []})

    def webhooks(self) -> list[Json]:
        """Return all webhooks of the store."""
        return self._all("webhooks")

    def create_webhook(self, topic: str, url: str, secret: str) -> Json:
        """Make an active webhook and return it; the store pings the address before it answers."""
        named = {"name": f"onerom-sales {topic}", "topic": topic, "delivery_url": url, "secret": secret}
        return self._object("POST", "webhooks", {**named, "status": "active"})

    def update_webhook(self, webhook_id: int, changes: Json) -> Json:
        """Change a webhook and return it."""
        return self._object("PUT", f"webhooks/{int(webhook_id)}", changes)

    def system_status(self) -> Json:
        """Return WooCommerce's status report: versions, addresses."""
        return self._object("GET", "system_status", query={"_fields": "environment,settings"})

    # Shapes of answers

    def _some(self, path: str, ids: list[int]) -> list[Json]:
        if not ids:
            return []
        if len(ids) > PAGE_SIZE:
            raise ValueError(f"at most {PAGE_SIZE} ids a call")
        query = {"include": ",".join(map(str, ids)), "per_page": str(PAGE_SIZE), "_fields": PRODUCT_FIELDS}
        return _listed(self.ask("GET", path, query))

    def _batch(self, path: str, items: list[Json]) -> list[Json]:
        if not items:
            return []
        answers = self._object("POST", path, {"update": items}).get("update")
        if isinstance(answers, dict):
            answers = list(answers.values())
        if not isinstance(answers, list) or len(answers) != len(items):
            raise BadAnswer("The store does not say what became of each item of a batch.")
        return [answer if isinstance(answer, dict) else {} for answer in answers]

    def _object(self, method: str, path: str, body: Json | None = None, query: Json | None = None) -> Json:
        return _object(self.ask(method, path, query or {}, body))

    def _all(self, path: str) -> list[Json]:
        return [item for page, _ in self._pages(path, {}) for item in page]

    def _pages(self, path: str, query: Json) -> Iterator[tuple[list[Json], int]]:
        """Yield each page of a list and how many things the list has, as long as there is a next one."""
        number: int | None = 1
        while number is not None:
            answer = self.ask("GET", path, {**query, "per_page": str(PAGE_SIZE), "page": str(number)})
            total = answer.headers.get("x-wp-total", "")
            yield _listed(answer), int(total) if total.isdecimal() else 0
            number = self._next(answer, number)

    def _next(self, answer: Answer, number: int) -> int | None:
        """Return the number of the next page, None at the end; our own address is asked for it."""
        found = _NEXT.search(answer.headers.get("link", ""))
        if found is None:
            return None
        url = found[1]
        if urlsplit(url).hostname != urlsplit(self.root).hostname:
            raise BadAnswer("The next page of the list is said to be on another host; it is not asked for.")
        told = parse_qs(urlsplit(url).query).get("page", [""])[0]
        if not told.isdecimal() or int(told) <= number:
            raise BadAnswer("The store does not say which page of the list comes next.")
        return int(told)


def _after(moment: datetime | None) -> Json:
    """Return the query for changes after a moment: naive UTC, for a "Z" would shift it by the zone."""
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
