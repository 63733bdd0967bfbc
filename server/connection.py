"""One client's connection: what it has sent, what it is sent, and until when something has to happen."""

import socket
import time
from enum import Enum, auto

from server.answer import Answer
from server.framing import Framing
from server.outbox import Outbox

HEAD_S = 10.0  # for the whole of a request's head
BODY_S = 10.0  # for its body, and a second more for each BODY_BYTES_PER_S
BODY_BYTES_PER_S = 5_000
# After an answer that closes, what still comes is thrown away: a client that meets a reset while it sends
# does not read the answer.
LINGER_S = 3.0
LINGER_BYTES_PER_S = 100_000
RECEIVED_AT_ONCE = 65_536
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class State(Enum):
    """Who acts next on a connection. HANDLED is a thread's, all others the loop's."""

    RECEIVING = auto()
    HANDLED = auto()
    SENDING = auto()
    LINGERING = auto()


class Connection:
    """What gunicorn needs of a connection (`sock`, `client`, `server`), and what the loop does."""

    def __init__(self, own: socket.socket, client: object, server: object) -> None:
        self.own, self.client, self.server = own, client, server
        self.number = own.fileno()
        self.sock = Outbox(own)
        self.state = State.RECEIVING
        self.since = time.monotonic()
        self.received = bytearray()
        self.framing = Framing()
        self.idle_s = HEAD_S
        self.is_cut = False  # more of the request follows than was waited for
        self.answer: Answer | None = None  # as long as not all of it was made
        self.keeps_alive = False
        self.is_closed = False
        self._lingered = 0

    def receive(self) -> bool:
        """Take what has arrived; False where the client has ended. BlockingIOError: nothing has."""
        data = self.own.recv(RECEIVED_AT_ONCE, socket.MSG_DONTWAIT)
        if not self.received:
            self.since = time.monotonic()
        self.received += data
        return bool(data)

    def has_request(self) -> bool:
        """Tell whether a whole request has arrived, or as much as is waited for."""
        is_whole = self.framing.end(self.received) > 0
        if self.framing.waits_for_continue and not is_whole:
            self.framing.waits_for_continue = False
            self.own.send(CONTINUE, socket.MSG_DONTWAIT)
        return is_whole

    def take_request(self) -> bytes:
        """Return the request and leave what follows it."""
        end = self.framing.end(self.received)
        request, self.is_cut = bytes(self.received[:end]), self.framing.is_cut
        del self.received[:end]
        return request

    def expect_next(self, idle_s: float) -> None:
        """Be ready for another request, which may take so long to begin."""
        self.framing, self.idle_s = Framing(), idle_s
        self.since, self.state = time.monotonic(), State.RECEIVING

    def linger(self) -> None:
        """Say that nothing more is sent, and wait for the client to end."""
        self.received.clear()
        self.since, self.state = time.monotonic(), State.LINGERING
        self.own.shutdown(socket.SHUT_WR)

    def throw_away(self) -> bool:
        """Take what still arrives for nothing; False where the client has ended."""
        data = self.own.recv(RECEIVED_AT_ONCE, socket.MSG_DONTWAIT)
        self._lingered += len(data)
        return bool(data)

    def deadline(self) -> float:
        """Return when the client has taken too long for what it is at."""
        match self.state:
            case State.HANDLED:
                return float("inf")
            case State.SENDING:
                return self.sock.deadline()
            case State.LINGERING:
                return self.since + LINGER_S + self._lingered / LINGER_BYTES_PER_S
        if not self.received:
            return self.since + self.idle_s
        if not self.framing.head_end:
            return self.since + HEAD_S
        return self.since + BODY_S + len(self.received) / BODY_BYTES_PER_S

    def refuse(self) -> None:
        """Tell a client in the middle of a request that it takes too long, and linger."""
        self.own.send(TOO_LATE, socket.MSG_DONTWAIT)
        self.linger()

    def close(self) -> None:
        """Close it, whatever is on its way."""
        self.is_closed = True
        self.own.close()

    def end_answer(self) -> None:
        """Let the application clean up, if there is an answer."""
        answer, self.answer = self.answer, None
        if answer is not None:
            answer.close()
