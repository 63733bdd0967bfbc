"""Adds the refunded units of a short message to the recorded order."""

import hashlib
import json
from dataclasses import replace
from typing import Any

from writer import stock
from writer.orders import MADE_UP, Channel, LineSnapshot, OrderSnapshot, RefundSnapshot
from writer.stores import woocommerce

Target = tuple[LineSnapshot, ...]  # the lines of an item: one, or all with its SKU
_TOLD = "told by a short message"
_ANNOUNCED = "announced"  # stands for a refund's id until the refund is read from the store


def refunded(
    known: OrderSnapshot, payload: dict[str, Any], items: list[dict[str, Any]], channel: Channel
) -> OrderSnapshot | None:
    """Add a refund: the units of `refund_id`, or else the units in `qty` beyond those refunded so far.

    If the store has keys and the message does not name its refund, the refund is only announced: its units
    are read over REST, so that they are not counted twice.
    """
    named = str(int(payload["refund_id"])) if payload.get("refund_id") is not None else None
    recorded = {refund.external_id: refund for refund in known.refunds}
    # The units of a known refund may be new, because the store's own order gives only its amount.
    told = recorded.get(named or "")
    if told is not None and (told.lines is not None or not items):
        return None
    if named is not None and not items:
        # Only its amount is known; its units are read over REST if there are keys.
        return replace(known, refunds=(*known.refunds, RefundSnapshot(named, 0, _TOLD)))
    units = _units(known, items, is_in_all=named is None)
    if not units:
        return None
    if named is None and channel.has_keys:
        if _ANNOUNCED in recorded:
            return None  # the refund is about to be read from the store already
        refund = RefundSnapshot(_ANNOUNCED, 0, "announced by a short message")
    else:
        refund = told or RefundSnapshot(named or _refund_id(known, units), 0, _TOLD)
        refund = replace(refund, lines=tuple(sorted(units.items())))
    lines = tuple(_put_back(line, refund, channel) for line in known.lines)
    others = tuple(known_one for known_one in known.refunds if known_one is not told)
    after = replace(known, refunds=(*others, refund), lines=lines)
    gone = _refunded_so_far(after)
    is_all = all(gone.get(line.external_id, 0) >= line.quantity for line in known.lines)
    return replace(after, status="refunded") if is_all else after


def _put_back(line: LineSnapshot, refund: RefundSnapshot, channel: Channel) -> LineSnapshot:
    """Return a line with its newly refunded units restocked, if the store's policy says so.

    What the store said of the line is from before this refund, so it is brought up to date as far as it is
    known. If it said nothing, the policy decides about all units.
    """
    units = dict(refund.lines or ()).get(line.external_id, 0)
    if not channel.restocks_refunds or not units:
        return line
    restocked = line.restocked + units if line.restocked is not None else None
    reduced = max(0, line.store_reduced - units) if line.store_reduced is not None else None
    return replace(line, restocked=restocked, store_reduced=reduced)


def _units(known: OrderSnapshot, items: list[dict[str, Any]], is_in_all: bool) -> dict[str, int]:
    """Return the newly refunded units of each line; `is_in_all`: the items include earlier ones."""
    gone = _refunded_so_far(known)
    before = dict(gone) if is_in_all else {}
    units: dict[str, int] = {}
    told = _told(known, items)
    # Single lines come first, because the units of one of them count towards those of its SKU.
    for target in sorted(told, key=len):
        qty = told[target] + sum(told.get((line,), 0) for line in target if len(target) > 1)
        done = sum(before.get(line.external_id, 0) + units.get(line.external_id, 0) for line in target)
        for line_id, share in _spread(target, qty - done, gone).items():
            units[line_id] = units.get(line_id, 0) + share
            gone[line_id] = gone.get(line_id, 0) + share
    return units


def _told(known: OrderSnapshot, items: list[dict[str, Any]]) -> dict[Target, int]:
    """Add up the items of the same lines."""
    told: dict[Target, int] = {}
    for item in items:
        target = _match(known, item)
        told[target] = told.get(target, 0) + abs(int(item["qty"]))
    return told


def _spread(target: Target, units: int, gone: dict[str, int]) -> dict[str, int]:
    """Give each line at most its units that are not refunded yet; the last line gets the rest.

    Units beyond the ordered quantity are clamped and shown with the order, as in any refund.
    """
    shares: dict[str, int] = {}
    for line in target:
        left = max(0, line.quantity - gone.get(line.external_id, 0))
        share = units if line is target[-1] else min(units, left)
        if share > 0:
            shares[line.external_id] = share
            units -= share
    return shares


def _match(known: OrderSnapshot, item: dict[str, Any]) -> Target:
    """Return the recorded lines of an item: the one with its id, or else all with its SKU."""
    wanted = str(int(item["line_item_id"])) if item.get("line_item_id") is not None else None
    folded = stock.key(str(item.get("sku") or ""))
    if wanted is not None:
        found = tuple(line for line in known.lines if line.external_id == wanted)
    else:
        found = tuple(line for line in known.lines if folded and stock.key(line.sku) == folded)
    if not found:
        raise woocommerce.Refusal(
            f"The order has no line {wanted or item.get('sku')}, so nothing of it is refunded."
        )
    return found


def _refunded_so_far(known: OrderSnapshot) -> dict[str, int]:
    total: dict[str, int] = {}
    for refund in known.refunds:
        for line_id, units in refund.lines or ():
            total[line_id] = total.get(line_id, 0) + units
    return total


def _refund_id(known: OrderSnapshot, units: dict[str, int]) -> str:
    """Return an id that is the same for a repeated message, but not for another refund of the same units."""
    said = json.dumps([_refunded_so_far(known), units], sort_keys=True)
    return f"{MADE_UP}{hashlib.sha256(said.encode()).hexdigest()[:12]}"
