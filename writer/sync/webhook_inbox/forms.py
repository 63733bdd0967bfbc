"""The filter of the deliveries as the query string gives it."""

from flask import request

from writer.db import parse_id
from writer.sync.webhook_inbox.queries import OUTCOMES, DeliveryFilters


def asked_deliveries() -> DeliveryFilters:
    """Return the filter the query string asks for; what cannot be understood leaves nothing out."""
    outcome, order = request.args.get("outcome", ""), request.args.get("order", "")
    # PostgreSQL refuses NUL in a text; no row has one.
    number = request.args.get("q", "").replace("\0", "").strip().removeprefix("#")[:200]
    return DeliveryFilters(outcome if outcome in OUTCOMES else "", number, parse_id(order))
