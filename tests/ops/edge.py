"""Web servers that stand before the product, started from deploy/ on free ports, and a client with SNI."""

import contextlib
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fake_services import store_tls
from tests.ports import free_port
from writer.config import ROOT

NGINX_FRAME = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
CADDY_FRAME = """{{
	admin off
	local_certs
	skip_install_trust
	http_port {http}
	https_port {https}
}}
"""


@dataclass(frozen=True)
class Answer:
    """What a web server answered."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Edge:
    """A running web server: the ports that stand for 80 and 443."""

    http: int
    https: int

    def ask(
        self,
        host: str,
        path: str,
        method: str = "GET",
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        plain: bool = False,
    ) -> Answer:
        """Ask for a path of a host as the world would, whatever its certificate."""
        raw = socket.create_connection(("127.0.0.1", self.http if plain else self.https), timeout=20)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPConnection(host)
        connection.sock = raw if plain else context.wrap_socket(raw, server_hostname=host)
        try:
            # A body that is too large may be cut off in the middle, with the answer already there.
            with contextlib.suppress(OSError):
                connection.request(method, path, body or None, {**(headers or {}), "Connection": "close"})
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read().decode("utf-8", "replace"))
        finally:
            connection.close()


@contextmanager
def nginx(folder: Path, reader: int, writer: int) -> Iterator[Edge]:
    """Run nginx with deploy/nginx.conf before these ports of the reader and the writer."""
    edge = Edge(free_port(), free_port())
    pem = store_tls.ca_bundle().with_name("server.pem")
    text = _with_ports((ROOT / "deploy" / "nginx.conf").read_text(), reader, writer)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{edge.http};")
    text = text.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{edge.https} ssl http2;")
    text = text.replace("/var/cache/onerom-sales", str(folder / "cache"))
    for name in ("sales.example", "hub.example"):
        for file in ("fullchain.pem", "privkey.pem"):
            text = text.replace(f"/etc/letsencrypt/live/{name}/{file}", str(pem))
    (folder / "site.conf").write_text(text)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX_FRAME.format(folder=folder, user=user))
    with _running(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")], folder, edge):
        yield edge


@contextmanager
def caddy(folder: Path, reader: int, writer: int) -> Iterator[Edge]:
    """Run Caddy with deploy/Caddyfile before these ports of the reader and the writer."""
    edge = Edge(free_port(), free_port())
    text = _with_ports((ROOT / "deploy" / "Caddyfile").read_text(), reader, writer)
    (folder / "Caddyfile").write_text(CADDY_FRAME.format(http=edge.http, https=edge.https) + text)
    command = ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with _running(command, folder, edge):
        yield edge


def _with_ports(text: str, reader: int, writer: int) -> str:
    return text.replace("127.0.0.1:8106", f"127.0.0.1:{reader}").replace(
        "127.0.0.1:8107", f"127.0.0.1:{writer}"
    )


@contextmanager
def _running(command: list[str], folder: Path, edge: Edge) -> Iterator[None]:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed: apt-get install {command[0]}")
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        _wait(process, folder, edge)
        yield
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], folder: Path, edge: Edge) -> None:
    for _ in range(200):
        assert process.poll() is None, (folder / "log").read_text()
        try:
            # Caddy listens a moment before it has made its certificates.
            edge.ask("hub.example", "/")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError((folder / "log").read_text())
