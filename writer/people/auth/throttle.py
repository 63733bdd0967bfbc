"""Slows down guessing: after five wrong tries of a name from an address each further try has to wait longer.

A try is counted before the password is checked, so many tries at once do not get round it. Nothing is
locked for good, and unknown names are treated like known ones.
"""

import hashlib
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import Connection, delete, select

from writer.db import lock, upsert
from writer.db.schema.auth import sign_in_failures
from writer.lib import clock

FREE_TRIES = 5
FIRST_WAIT_S = 10
LONGEST_WAIT_S = 300
_FORGOTTEN = timedelta(hours=24)


def count_try(db: Connection, name: str, address: str) -> int:
    """Count one try of `name` from `address`; return the seconds still to wait, 0 if it may continue."""
    key = _key(name, address)
    now = clock.now()
    lock(db, "sign_in_failures")
    db.execute(delete(sign_in_failures).where(sign_in_failures.c.last_at < now - _FORGOTTEN))
    same = (sign_in_failures.c.name == key["name"]) & (sign_in_failures.c.address == key["address"])
    row = db.execute(select(sign_in_failures).where(same)).one_or_none()
    if row is not None and row.blocked_until is not None and row.blocked_until > now:
        return int((row.blocked_until - now).total_seconds()) + 1
    failures = 1 if row is None else row.failures + 1
    wait_s = _wait_s(failures)
    until = now + timedelta(seconds=wait_s) if wait_s else None
    counted = {**key, "failures": failures, "last_at": now, "blocked_until": until}
    upsert(db, sign_in_failures, counted, ["name", "address"])
    return 0


def forget(db: Connection, name: str, address: str) -> None:
    """Drop the counted tries, because the password was right."""
    key = _key(name, address)
    same = (sign_in_failures.c.name == key["name"]) & (sign_in_failures.c.address == key["address"])
    db.execute(delete(sign_in_failures).where(same))


def _wait_s(failures: int) -> int:
    if failures < FREE_TRIES:
        return 0
    return int(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(failures - FREE_TRIES, 10)))


def _key(name: str, address: str) -> dict[str, str]:
    # Hashed, because people type their password into the wrong field.
    return {
        "name": hashlib.sha256(name.strip().casefold().encode()).hexdigest(),
        "address": _network(address),
    }


def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address
    # Whoever has one IPv6 address usually has its whole /64.
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else address
