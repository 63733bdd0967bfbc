"""The demo's first page: the count and what every store shows, side by side, and where to look further."""

from typing import Self

from deploy.demo.shops import FILES, Shop, file, html
from deploy.demo.town import Town
from tests.fake_services.store_answers import Answer, Request
from tests.fake_services.store_server import StoreServer


class Board:
    """A small web server of its own; a context manager."""

    def __init__(self, town: Town, west: Shop, port: int, password: str) -> None:
        self._town = town
        self._west = west
        self._password = password
        self._server = StoreServer(self._serve, port=port, tls=None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.refuse()

    def _serve(self, request: Request) -> Answer:
        if request.path == "/":
            ports = self._town.hub.ports
            return html("board.html", town=self._town, west=self._west, ports=ports, password=self._password)
        return file(request.path) if request.path in FILES else Answer(404, b"", {}, "text/plain")
