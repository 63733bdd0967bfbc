"""The source of order lines that count as nothing yet, by product."""

from collections.abc import Mapping

from flask import url_for
from sqlalchemy import Connection

from writer.lib.errors import Invalid
from writer.lib.store_scope import StoreScope
from writer.orders.to_sort import actions, preview, queries
from writer.orders.to_sort.queries import Group
from writer.orders.to_sort.sources import Choice, Entry, Foreseen, Settled, Source
from writer.sales import product_types

_COUNT = Choice("map", "Count", "type")
_IGNORE = Choice("ignore", "Ignore")
_MAP = Choice("product", "Map", "sku")
_HOPELESS = (
    "This product has no name: the store sent neither SKU nor product. Correct the order in the store, or add"
    " the sale by hand."
)


def list_entries(db: Connection, store_scope: StoreScope, limit: int, offset: int) -> list[Entry]:
    """Return a page of the products whose lines are to be sorted, most waiting units first."""
    groups = queries.list_groups(db, store_scope, limit, offset)
    return [_entry(db, store_scope, group) for group in groups]


def _entry(db: Connection, store_scope: StoreScope, group: Group) -> Entry:
    shown = queries.list_orders_of(db, store_scope, group)
    number = f"product {group.product_id}" + (
        f", variation {group.variation_id}" if group.variation_id else ""
    )
    choices: tuple[Choice, ...] = ()
    if group.is_mappable:
        choices = (_COUNT, _IGNORE) if group.sku.strip() else (_MAP,)
    return Entry(
        fields=fields_of(group),
        name=group.name or "A line without a name",
        sku=group.sku,
        where=f"{group.store_name} \N{MIDDLE DOT} {number}" if group.product_id else group.store_name,
        choices=choices,
        seen=f"{group.units:,} unit{'' if group.units == 1 else 's'} ordered",
        units=group.units,
        waiting=group.waiting,
        since=group.since,
        links=tuple((row.number, url_for("browse.show", order_id=row.id)) for row in shown),
        more_links=group.order_count - len(shown),
        hint="" if group.is_mappable else _HOPELESS,
        itself=(group.name or group.sku).strip(),
    )


def fields_of(group: Group) -> dict[str, str]:
    """Return what the form of a group sends to say which lines it is about."""
    return {
        "source": "lines",
        "store_id": str(group.store_id),
        "product_id": str(group.product_id),
        "variation_id": str(group.variation_id),
        "sku": group.sku.strip(),
    }


def settle(db: Connection, store_scope: StoreScope, actor: str, sent: Mapping[str, str]) -> Settled:
    """Count the SKU as a type or as itself, map the product, or ignore the SKU."""
    sku = sent.get("sku", "").strip()
    match sent.get("do"):
        case "ignore":
            return Settled(f"{sku} is ignored.", actions.ignore_sku(db, actor, sku))
        case "product":
            ids = {name: _number(sent, name) for name in ("store_id", "product_id", "variation_id")}
            same_as = sent.get("same_as", "").strip()
            sorting_id = actions.map_product(db, store_scope, actor, **ids, sku=same_as)
            return Settled(f"Product {ids['product_id']} counts as {same_as}.", sorting_id)
        case "map":
            return count_sku(db, actor, sku, sent)
    raise Invalid("Choose what to do.")


def count_sku(db: Connection, actor: str, sku: str, sent: Mapping[str, str]) -> Settled:
    """Count a SKU as the chosen type, or as itself."""
    pair = chosen_pair(db, sku, sent)
    if sent.get("type") == "itself":
        return Settled(f"{sku} counts as {pair[0]}.", actions.count_as_itself(db, actor, sku, pair[0]))
    return Settled(f"{sku} counts as {product_types.named(*pair)}.", actions.add_rule(db, actor, sku, *pair))


def foresee(db: Connection, store_scope: StoreScope, sent: Mapping[str, str]) -> Foreseen:
    """Say what settling would do. Raises Invalid as `settle`."""
    sku = sent.get("sku", "").strip()
    match sent.get("do"):
        case "ignore":
            return Foreseen(f"Ignore {sku}?", preview.preview_ignore(db, sku))
        case "product":
            ids = {name: _number(sent, name) for name in ("store_id", "product_id", "variation_id")}
            same_as = sent.get("same_as", "").strip()
            actions.check_known(db, same_as)
            found = preview.preview_product(db, **ids, sku=same_as)
            return Foreseen(f"Count product {ids['product_id']} as {same_as}?", found)
    pair = chosen_pair(db, sku, sent)
    named = product_types.named(*pair)
    return Foreseen(f"Count {sku} as {named}?", preview.preview_rule(db, sku, pair))


def chosen_pair(db: Connection, sku: str, sent: Mapping[str, str]) -> tuple[str, str]:
    """Return the model and variant that a form chose: a type, or the product itself."""
    if sent.get("type") == "itself":
        return product_types.check_itself(db, sku, sent.get("itself", ""))[1], ""
    pairs = {str(row.id): (row.model, row.variant) for row in product_types.list_types(db) if row.is_active}
    pair = pairs.get(sent.get("type", ""))
    if pair is None:
        raise Invalid("Choose a type.", {"type": "Choose what it counts as."})
    return pair


def _number(sent: Mapping[str, str], name: str) -> int:
    text = sent.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 11):
        raise Invalid("The form cannot be read: open the page again.")
    return int(text)


SOURCE = Source("lines", "Order lines", queries.count_groups, list_entries, settle, foresee)
