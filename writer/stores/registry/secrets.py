"""Secrets of stores: encrypted at rest."""

from collections.abc import Iterable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


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
