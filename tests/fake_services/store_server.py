"""A small HTTP/1.1 server on the loopback: keep-alive, TLS, and a listener that can really be closed."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, cast

from tests.fake_services.faults import Dropped
from tests.fake_services.store_answers import Answer, Request, dump, parse_query


class StoreServer:
    def __init__(self, serve: Callable[[Request], Answer], *, port: int, tls: ssl.SSLContext | None) -> None:
        self.serve = serve
        self._tls = tls
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._listener: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self.port = port
        self.listen()

    def listen(self) -> None:
        """Accept connections, on the same port as before if there was one."""
        if self._listener is not None:
            return
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(128)
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._thread = threading.Thread(target=self._accept, args=(listener,), daemon=True)
        self._thread.start()

    def refuse(self) -> None:
        """Close the listener and cut every connection: from now on connecting is refused."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        # The accepting thread may be the one that is asking (a hook inside a request never is).
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(2)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with self._guard:
            self._open.add(connection)
        plain = connection
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            _Handler(connection, ("127.0.0.1", 0), cast(Any, self))
        except (OSError, ValueError):
            pass  # the client went away, or the store was taken down
        finally:
            with self._guard:
                self._open.discard(plain)
            connection.close()
            plain.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any  # a StoreServer, not one of socketserver's

    def _answer(self) -> None:
        path, _, raw_query = self.path.partition("?")
        request = Request(
            method=self.command,
            path=path,
            query=parse_query(raw_query),
            headers={name.lower(): value for name, value in self.headers.items()},
            raw=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
            raw_query=raw_query,
        )
        try:
            self._send(self.server.serve(request))
        except Dropped:
            self.close_connection = True
            # Reset, not a polite end: what a client sees when the other side dies.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _answer

    def _send(self, answer: Answer) -> None:
        body = answer.body if isinstance(answer.body, bytes) else dump(answer.body)
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
        headers = {
            "Date": formatdate(usegmt=True),
            "Content-Type": answer.content_type,
            "Content-Length": str(len(body)),
            "X-Powered-By": "PHP/8.2.35",
        }
        lines += [f"{name}: {value}" for name, value in (headers | answer.headers).items()]
        head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
        self.wfile.write(head if self.command == "HEAD" else head + body)

    def log_message(self, format: str, *args: Any) -> None:
        """The store keeps its own log of calls."""
