"""WooCommerce: its REST API, webhooks and payloads. Knows neither the database nor our stores."""

from writer.stores.woocommerce.auth import CALLS_AT_ONCE, OAUTH, QUERY, space_calls, ways
from writer.stores.woocommerce.checks import UNKNOWN_KEY
from writer.stores.woocommerce.client import Client, Site
from writer.stores.woocommerce.problems import (
    AnotherPage,
    BlockedByFirewall,
    CertificateRefused,
    KeysRefused,
    NotThere,
    NotWooCommerce,
    RequestRefused,
    StoreBusy,
    StoreError,
    StoreUnreachable,
)
from writer.stores.woocommerce.routes import Json, Routes
from writer.stores.woocommerce.shapes import LARGEST_QUANTITY, Refusal, told
from writer.stores.woocommerce.shown import Shown, read_shown
from writer.stores.woocommerce.signing import ORDER_TOPICS, TOPIC_NAMES, TOPICS, is_signed
from writer.stores.woocommerce.translate import (
    SET_VERSION,
    TooEarly,
    is_of_v1,
    order_id,
    order_key,
    utc_offset,
)
from writer.stores.woocommerce.translate import order as read_order
from writer.stores.woocommerce.translate import refunds as read_refunds

__all__ = [
    "CALLS_AT_ONCE",
    "LARGEST_QUANTITY",
    "OAUTH",
    "ORDER_TOPICS",
    "QUERY",
    "SET_VERSION",
    "TOPICS",
    "TOPIC_NAMES",
    "UNKNOWN_KEY",
    "AnotherPage",
    "BlockedByFirewall",
    "CertificateRefused",
    "Client",
    "Json",
    "KeysRefused",
    "NotThere",
    "NotWooCommerce",
    "Refusal",
    "RequestRefused",
    "Routes",
    "Shown",
    "Site",
    "StoreBusy",
    "StoreError",
    "StoreUnreachable",
    "TooEarly",
    "is_of_v1",
    "is_signed",
    "order_id",
    "order_key",
    "read_order",
    "read_refunds",
    "read_shown",
    "space_calls",
    "told",
    "utc_offset",
    "ways",
]
