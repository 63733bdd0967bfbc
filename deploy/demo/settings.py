"""Where the demo runs and with what: ports, a database and secrets of its own, nothing of the real ones."""

import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from writer import config
from writer.config import ROOT
from writer.ops.preflight import Refused

FIRST_PORT = 8110
NAMES = ("board", "reader", "writer", "north", "south", "west")
DATABASE = "data/demo.db"
WORDS = (
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "heron",
    "islet",
    "jetty",
    "knoll",
    "maple",
)


@dataclass(frozen=True)
class Ports:
    """One port for each thing that listens, all on this machine only."""

    board: int
    reader: int
    writer: int
    north: int
    south: int
    west: int


def ports(first: int) -> Ports:
    """Return six ports from `first` on. Raises Refused where one of them is in use, or is none."""
    numbers = range(first, first + len(NAMES))
    if not 1024 <= first <= 65535 - len(NAMES):
        raise Refused("The demo's first port must be a number from 1024 to 65529.")
    for number in numbers:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", number))
            except OSError as error:
                raise Refused(
                    f"Port {number} is in use. ./restart.sh demo 9000 uses six ports from 9000 on."
                ) from error
    return Ports(*numbers)


def environment(where: Ports) -> dict[str, str]:
    """Return what the demo's processes are told: every setting of .env emptied, then the demo's own.

    Otherwise the demo would push made-up counts to the real stores that .env names.
    """
    return {
        **dict.fromkeys(
            [*config.read_env_file(ROOT / ".env.example"), *config.read_env_file(ROOT / ".env")], ""
        ),
        "DATABASE_URL": f"sqlite:///{DATABASE}",
        "SECRET_KEY": secrets.token_urlsafe(32),
        "WEBHOOK_SHARED_SECRET": secrets.token_urlsafe(32),
        "CONFIG_ENCRYPTION_KEY": Fernet.generate_key().decode(),
        "ADMIN_USER": "demo",
        "ADMIN_PASSWORD": "-".join(secrets.choice(WORDS) for _ in range(4)),
        "READER_BIND": "127.0.0.1",
        "READER_PORT": str(where.reader),
        "WRITER_BIND": "127.0.0.1",
        "WRITER_PORT": str(where.writer),
        "READER_WORKERS": "1",
        "TIMEZONE": "Europe/London",
        "BANNER": "Demo: shops, customers and orders are made up",
        "ORDER_RETENTION_DAYS": "400",
        "RAW_RETENTION_DAYS": "400",
        "PUBLIC_TITLE": "The demo",
        "PUBLIC_MAX_AGE": "1",
    }


def forget_earlier() -> None:
    """Remove the database of an earlier demo."""
    for ending in ("", "-wal", "-shm"):
        Path(f"{ROOT / DATABASE}{ending}").unlink(missing_ok=True)
