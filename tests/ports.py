"""Ports for what the tests start: none is given twice, and none that the kernel gives away itself."""

import random
import socket

# Below Linux's 32768: the local ends of outgoing connections are taken from there on.
OURS = range(10_000, 32_000)

# Names in use for as long as this process lives, whatever ends it. Nothing is written to a disk.
_reserved: list[socket.socket] = []


def free_port() -> int:
    """Return a port of loopback that nobody listens on, and no other process of the tests is given."""
    return free_ports(1)


def free_ports(count: int) -> int:
    """Return the first of so many ports in a row."""
    for _ in range(1000):
        first = random.choice(OURS[: -count + 1 or None])
        if all(_reserve(port) for port in range(first, first + count)):
            return first
    raise AssertionError(f"no {count} ports in a row are free")


def _reserve(port: int) -> bool:
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0onerom-sales-tests-{port}")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("", port))
    except OSError:
        name.close()
        return False
    _reserved.append(name)
    return True
