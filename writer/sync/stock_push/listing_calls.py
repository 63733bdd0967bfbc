"""The calls to a store about listings: read what it shows, write quantities, check the answers.

A chunk is either products or the variations of one product, because the store has an address for each.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from writer.stores import Client, NotThere, read_shown
from writer.sync.stock_push.plan import DueListing


@dataclass
class ListingCalls:
    """Calls to one store. Each raises StoreError if the store fails."""

    client: Client

    def read(self, chunk: list[DueListing]) -> dict[tuple[int, int], dict[str, Any]]:
        """Return what the store shows for a chunk, by product and variation; what is gone is left out."""
        parent = chunk[0].product_id if chunk[0].variation_id else 0
        if parent:
            try:
                items = self.client.variations(parent, [listing.variation_id for listing in chunk])
            except NotThere:
                return {}  # the parent is gone, and with it these; the store is well
            return {(parent, int(item["id"])): item for item in items}
        items = self.client.products([listing.product_id for listing in chunk])
        return {(int(item["id"]), 0): item for item in items}

    def write(self, writing: list[DueListing]) -> dict[int, dict[str, Any]]:
        """Write quantities and return each listing's own answer, by listing id."""
        items = [
            {"id": listing.item_id, "manage_stock": True, "stock_quantity": listing.target}
            for listing in writing
        ]
        return self.send(writing, items)

    def send(self, writing: list[DueListing], items: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
        """Send an item for each listing, and return each listing's own answer, by listing id."""
        parent = writing[0].product_id if writing[0].variation_id else 0
        write = partial(self.client.write_variations, parent) if parent else self.client.write_products
        try:
            answers = write(items)
        except NotThere as gone:
            answers = [{"error": {"code": "invalid_id", "message": gone.sentence}} for _ in items]
        # In the order asked for, as WooCommerce does; a plugin that sorts them has given each its id.
        by_id = {answer["id"]: answer for answer in answers if isinstance(answer.get("id"), int)}
        pairs = zip(writing, answers, strict=False)
        return {listing.id: by_id.get(listing.item_id, answer) for listing, answer in pairs}

    def verify(self, writing: list[DueListing], answers: dict[int, dict[str, Any]]) -> dict[int, str]:
        """Return why each listing that was not written was not; what answers another number is read again."""
        refusals: dict[int, str] = {}
        doubtful = []
        for listing in writing:
            answer = answers.get(listing.id, {})
            error = answer.get("error")
            if isinstance(error, dict):
                refusals[listing.id] = (
                    f"{error.get('code') or 'error'}: {error.get('message') or 'no reason given'}"
                )
            elif read_shown(answer).quantity != listing.target or answer.get("manage_stock") is not True:
                doubtful.append(listing)
        if doubtful:
            shown = self.read(doubtful)
            for listing in doubtful:
                item = shown.get(key_of(listing))
                if item is None or read_shown(item).quantity != listing.target:
                    refusals[listing.id] = "not applied: the store shows another number than it was sent"
        return refusals


def key_of(listing: DueListing) -> tuple[int, int]:
    """Return the ids in the store of product and variation (0: none)."""
    return listing.product_id, listing.variation_id
