"""WooCommerce's webhooks: the topics of orders, and the signature over the raw body."""

import base64
import hmac
import re
from collections.abc import Iterable

ORDER_TOPICS = ("order.created", "order.updated", "order.restored", "order.deleted")
# The last one only hints that somebody changed stock in the store.
TOPICS = (*ORDER_TOPICS, "product.updated")
# As WooCommerce's page of webhooks lists them.
TOPIC_NAMES = tuple(topic.replace(".", " ").capitalize() for topic in TOPICS)
# The entities that wp_specialchars_decode(..., ENT_QUOTES) decodes, once, and only with a semicolon.
_ENTITY = re.compile(r"&(lt|gt|amp|quot|#0*(?:34|38|39|60|62)|#[xX]0*(?:22|26|27));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


def signature(secret: str, body: bytes) -> str:
    """Return base64(HMAC-SHA256(secret, body)), which WooCommerce sends in X-WC-Webhook-Signature."""
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


def is_signed(body: bytes, given: str, secrets: Iterable[str]) -> bool:
    """Tell whether `given` is the signature of the raw body under any of the secrets, in constant time.

    WooCommerce decodes HTML entities in a secret before signing (measured), so both readings are tried.
    """
    good = False
    for secret in secrets:
        for reading in {secret, _as_signed(secret)}:
            good |= hmac.compare_digest(signature(reading, body).encode(), given.encode())
    return good


def _as_signed(secret: str) -> str:
    return _ENTITY.sub(lambda found: _character(found[1]), secret)


def _character(entity: str) -> str:
    if entity in _NAMED:
        return _NAMED[entity]
    return chr(int(entity[2:], 16) if entity[1] in "xX" else int(entity[1:]))
