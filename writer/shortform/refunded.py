"""Units that a short message says were refunded, added to the order as recorded."""

import hashlib
import json
from dataclasses import replace
from typing import Any

from writer import stock, woocommerce
from writer.orders import OrderSnapshot, RefundSnapshot


def refunded(
    known: OrderSnapshot, payload: dict[str, Any], items: list[dict[str, Any]], has_keys: bool
) -> OrderSnapshot | None:
    """Add a refund of units: those of `refund_id`, or else what `qty` says beyond what was refunded so far.

    Where the store has keys and the message does not name its refund, the refund is only announced: what
    it holds is read by REST, lest it be counted twice.
    """
    named = payload.get("refund_id")
    if named is not None and any(refund.external_id == str(int(named)) for refund in known.refunds):
        return None
    if named is not None and not items:
        # Its amount alone is known: which units it holds is asked by REST where there are keys.
        refund = RefundSnapshot(str(int(named)), 0, "told by a short message")
        return replace(known, refunds=(*known.refunds, refund))
    units = {_match(known, item): abs(int(item["qty"])) for item in items}
    if named is None:
        so_far = _refunded_so_far(known)
        units = {line_id: qty - so_far.get(line_id, 0) for line_id, qty in units.items()}
    units = {line_id: qty for line_id, qty in units.items() if qty > 0}
    if not units:
        return None
    if named is None and has_keys:
        refund = RefundSnapshot("announced", 0, "announced by a short message")
    else:
        refund_id = str(int(named)) if named is not None else _refund_id(known, units)
        refund = RefundSnapshot(refund_id, 0, "told by a short message", tuple(sorted(units.items())))
    after = replace(known, refunds=(*known.refunds, refund))
    gone = _refunded_so_far(after)
    is_all = all(gone.get(line.external_id, 0) >= line.quantity for line in known.lines)
    return replace(after, status="refunded") if is_all else after


def _match(known: OrderSnapshot, item: dict[str, Any]) -> str:
    """Return the id of the recorded line an item means, by its id or else its SKU."""
    wanted = str(int(item["line_item_id"])) if item.get("line_item_id") is not None else None
    folded = stock.key(str(item.get("sku") or ""))
    for line in known.lines:
        if line.external_id == wanted or (wanted is None and folded and stock.key(line.sku) == folded):
            return line.external_id
    raise woocommerce.Refusal(
        f"The order has no line {wanted or item.get('sku')}, so nothing of it is refunded."
    )


def _refunded_so_far(known: OrderSnapshot) -> dict[str, int]:
    total: dict[str, int] = {}
    for refund in known.refunds:
        for line_id, units in refund.lines or ():
            total[line_id] = total.get(line_id, 0) + units
    return total


def _refund_id(known: OrderSnapshot, units: dict[str, int]) -> str:
    """Return an id that the same message gets again, and a further refund of the same units does not."""
    said = json.dumps([_refunded_so_far(known), units], sort_keys=True)
    return f"short-{hashlib.sha256(said.encode()).hexdigest()[:12]}"
