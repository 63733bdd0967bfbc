"""An answer while the application makes it: some of it at a time, as fast as its client takes it."""

import contextvars
import io
from collections.abc import Iterable, Iterator
from typing import Any

from gunicorn.http import wsgi
from gunicorn.http.body import ChunkedReader

from server.framing import LARGEST_BODY

TURN_BYTES = 32_768  # of a long answer, before another has its turn


class Answer:
    """What an application answers to one request.

    Parts may be made in several threads, one after the other, so the application's context goes along.
    """

    def __init__(self, response: Any) -> None:
        self.response = response
        self._context = contextvars.copy_context()
        self._made: Iterable[bytes] = ()
        self._parts: Iterator[bytes] = iter(())

    def begin(self, application: Any, environ: dict[str, Any]) -> None:
        """Call the application."""
        self._made = self._context.run(application, environ, self.response.start_response)
        self._parts = iter(self._made)

    def go_on(self) -> bool:
        """Write until all is written, True, or for one turn, False. What has no length is long."""
        sent, length = self.response.sent, self.response.response_length
        at_most = sent + (TURN_BYTES if length is not None or sent else 1)
        while (part := self._context.run(next, self._parts, None)) is not None:
            self.response.write(part)
            if at_most <= self.response.sent != length:
                return False
        self.response.close()
        return True

    def close(self) -> None:
        """Let the application clean up, whether all was written or not."""
        made, self._made, self._parts = self._made, (), iter(())
        if hasattr(made, "close"):
            self._context.run(made.close)


def prepare(request: Any, connection: Any, cfg: Any, is_last: bool) -> tuple[Answer, dict[str, Any]]:
    """Return an answer to a request that was received whole, and what the application is told of it.

    What is malformed in a body in chunks raises gunicorn's errors.
    """
    if isinstance(request.body.reader, ChunkedReader):
        _join_chunks(request)
    response, environ = wsgi.create(request, connection.sock, connection.client, connection.server, cfg)
    environ["wsgi.multithread"] = True
    if is_last:
        response.force_close()
    return Answer(response), environ


def _join_chunks(request: Any) -> None:
    body = request.body.read(LARGEST_BODY + 1)
    request.body = io.BytesIO(body)
    request.headers = [field for field in request.headers if field[0] != "TRANSFER-ENCODING"]
    request.headers.append(("CONTENT-LENGTH", str(len(body))))
