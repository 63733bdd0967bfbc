"""What is on its way to one client. It stands in for the socket where gunicorn writes an answer."""

import socket
import time

PIECE_BYTES = 65_536
FULL_BYTES = 262_144  # that wait for a client while more of its answer is made
SECONDS = 30.0  # that a client may take nothing
BYTES_PER_S = 2_000  # that it has to take in the long run


class Outbox:
    """Gathers an answer and hands over what the client takes at once; the loop sends the rest."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._parts: list[bytes | memoryview] = []
        self._waiting = 0
        self._taken = 0  # since it began to wait
        self._waits_since: float | None = None

    def sendall(self, data: bytes) -> None:
        """Take a part of the answer; small parts leave together."""
        self._parts.append(data)
        self._waiting += len(data)
        if self._waiting >= PIECE_BYTES:
            self.flush()

    def send(self, data: bytes) -> int:
        """Drop an interim answer: the loop has asked for the body, which is here."""
        return len(data)

    def gettimeout(self) -> float:
        """Tell gunicorn that sending does not wait."""
        return 0.0

    @property
    def is_full(self) -> bool:
        """Whether more of the answer has to wait until the client has taken some."""
        return self._waiting >= FULL_BYTES

    def flush(self) -> bool:
        """Send what the client takes now; return whether nothing is left. OSError: it takes nothing more."""
        if not self._waiting:
            return True
        data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        try:
            sent = self._sock.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        self._waiting -= sent
        if not self._waiting:
            self._parts, self._waits_since = [], None
            return True
        self._parts = [memoryview(data)[sent:]]
        if self._waits_since is None:
            self._waits_since, self._taken = time.monotonic(), 0
        self._taken += sent
        return False

    def deadline(self) -> float:
        """Return when a client that takes nothing more is given up."""
        since = time.monotonic() if self._waits_since is None else self._waits_since
        return since + SECONDS + self._taken / BYTES_PER_S
