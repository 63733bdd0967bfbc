"""Where a request ends among the bytes that a client has sent so far; gunicorn then parses and checks it."""

import re

LARGEST_BODY = 5_000_000  # a request that announces more is passed on without it, to be refused
LARGEST_HEAD = 1_700_000  # a little above gunicorn's limits: it answers what is larger
LARGEST_CHUNKED = 2 * LARGEST_BODY
LONGEST_CHUNK_LINE = 10_000

_FIELDS = re.compile(
    rb"\r\n(content-length|transfer-encoding|expect)[ \t]*:[ \t]*([^\r\n]*?)[ \t]*(?=\r\n)", re.I
)
_CHUNK = re.compile(rb"([0-9a-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r\n", re.I)


class Framing:
    """Follows one request as it arrives. What no rule allows ends at once, so that gunicorn refuses it."""

    def __init__(self) -> None:
        self.head_end = 0  # 0: the head has not arrived yet
        self.is_cut = False  # more of the request follows than is waited for
        self.waits_for_continue = False
        self._searched = 0
        self._end = 0
        self._chunk: int | None = None  # where the next chunk begins

    def end(self, received: bytearray) -> int:
        """Return how many bytes of `received` are the request; 0 as long as it is not whole."""
        if not self.head_end and not self._find_head(received):
            return 0
        if self._chunk is None:
            return self._end if len(received) >= self._end else 0
        return self._end_of_chunks(received, self._chunk)

    def _find_head(self, received: bytearray) -> bool:
        at = received.find(b"\r\n\r\n", max(0, self._searched - 3))
        self._searched = len(received)
        if at < 0 and len(received) <= LARGEST_HEAD:
            return False
        self.head_end = self._end = at + 4 if at >= 0 else len(received)
        for name, value in _FIELDS.findall(received[: self.head_end]):
            self._note(name.lower(), value.lower())
        return True

    def _note(self, name: bytes, value: bytes) -> None:
        if name == b"expect":
            self.waits_for_continue = value == b"100-continue"
        elif name == b"transfer-encoding":
            self._chunk = self.head_end if value.endswith(b"chunked") else None
        elif value.isdigit() and (len(value) > 9 or int(value) > LARGEST_BODY):
            self.is_cut = True
        elif value.isdigit():
            self._end = self.head_end + int(value)

    def _end_of_chunks(self, received: bytearray, at: int) -> int:
        while (line := _CHUNK.match(received, at)) is not None:
            size = int(line[1], 16)
            if size == 0:
                return self._end_of_trailers(received, line.end())
            following = line.end() + size + 2
            if following > len(received):
                return self._cut(received, size > LARGEST_BODY or len(received) > LARGEST_CHUNKED)
            self._chunk = at = following
        is_malformed = b"\r\n" in received[at : at + LONGEST_CHUNK_LINE]
        return self._cut(received, is_malformed or len(received) - at > LONGEST_CHUNK_LINE)

    def _end_of_trailers(self, received: bytearray, at: int) -> int:
        if received.startswith(b"\r\n", at):
            return at + 2
        found = received.find(b"\r\n\r\n", at)
        return found + 4 if found >= 0 else self._cut(received, len(received) - at > LARGEST_HEAD)

    def _cut(self, received: bytearray, is_enough: bool) -> int:
        self.is_cut = self.is_cut or is_enough
        return len(received) if is_enough else 0
