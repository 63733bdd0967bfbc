"""Serves an application on a free port, for browsers and other programs."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator


@contextmanager
def served(app: WSGIApplication) -> Iterator[str]:
    """Yield the address of an application on a free port of its own: another origin."""
    server = make_server("127.0.0.1", 0, made_whole(app), threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def made_whole(app: WSGIApplication) -> WSGIApplication:
    """Return the application, its answers complete before they are sent.

    Werkzeug's server leaves open what an answer is read from where a browser turns away while it is sent.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with closing(ClosingIterator(app(environ, start_response))) as parts:
            return list(parts)

    return answer


class QuietHandler(WSGIRequestHandler):
    """The application logs its requests; the server need not."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing."""
