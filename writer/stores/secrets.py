"""Secrets of stores: encrypted at rest, and the check of WooCommerce's signature."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

# What wp_specialchars_decode(..., ENT_QUOTES) decodes, once; no other entity, and none without its semicolon.
_ENTITY = re.compile(r"&(lt|gt|amp|quot|#0*(?:34|38|39|60|62)|#[xX]0*(?:22|26|27));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


class Vault:
    """Encrypts with the first key, decrypts with any: put a new key in front to rotate."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def lock(self, secret: str) -> str:
        """Return the secret encrypted, as text."""
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, locked: str) -> str | None:
        """Return the secret, or None where no key of ours opens it."""
        try:
            return self._fernet.decrypt(locked.encode()).decode()
        except InvalidToken:
            return None


def signature(secret: str, body: bytes) -> str:
    """Return base64(HMAC-SHA256(secret, body)), as WooCommerce sends it in X-WC-Webhook-Signature."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


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
