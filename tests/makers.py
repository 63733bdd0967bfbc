"""The smallest valid thing of each kind; a test passes only what matters to it."""

from writer import config

WEBHOOK_SECRET = "woo-hook-secret-1"
FERNET_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


def make_config(**variables: str) -> config.Config:
    """A configuration as `.env` would give it; keyword arguments are environment variables."""
    settings = {
        "SECRET_KEY": "a-secret-key-for-tests-only",
        "WEBHOOK_SHARED_SECRET": WEBHOOK_SECRET,
        "CONFIG_ENCRYPTION_KEY": FERNET_KEY,
        **variables,
    }
    return config.load(settings)
