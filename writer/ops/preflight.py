"""What must hold before anything starts: usable settings, addresses to be had, a database for this code."""

import errno
import hashlib
import socket
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from writer import config as configuration
from writer.config import ROOT, Config, ConfigError
from writer.db.migrate import is_behind


class Refused(Exception):
    """What was asked for cannot be had; the text is a sentence."""


def check(config: Config, processes: Mapping[str, int | None]) -> bool:
    """Return whether migrations wait to be applied, when nothing stands in the way of starting.

    `processes` says which process each service of this copy has now: the address it listens on can be had.
    Raises ConfigError naming a setting that is unusable on this machine, Refused where another program has an
    address, NewerDatabase where the database is not for this code, UnusableDatabase where it is none.
    """
    for service, pid in processes.items():
        if pid is None or address_of(service, config) not in Path(f"/proc/{pid}/cmdline").read_text().split(
            "\0"
        ):
            _check_free(service, *_host_and_port(service, config))
    return is_behind(config.database_url)


def address_of(service: str, config: Config) -> str:
    """Return where "reader" or "writer" listens, as host:port; ConfigError names what is unusable."""
    host, port = _host_and_port(service, config)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _host_and_port(service: str, config: Config) -> tuple[str, int]:
    host, port = {
        "reader": (config.reader_bind, config.reader_port),
        "writer": (config.writer_bind, config.writer_port),
    }[service]
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ConfigError(f"{service.upper()}_BIND is no address of this machine: {host}.") from error
    return host, port


def _check_free(service: str, host: str, port: int) -> None:
    name = service.upper()
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    no_address = f"{name}_BIND is no address of this machine: {host}."
    if family == socket.AF_INET6:
        no_address += " Where there is no IPv6, 0.0.0.0 is every address."
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen()
    except OSError as error:
        reasons = {
            errno.EADDRINUSE: f"Port {port} is in use by another program: end it, or set {name}_PORT.",
            errno.EACCES: f"Port {port} needs root: set {name}_PORT to one above 1023.",
            errno.EADDRNOTAVAIL: no_address,
            errno.EAFNOSUPPORT: no_address,
        }
        raise Refused(reasons.get(error.errno or 0, f"{name}_PORT {port}: {error.strerror}.")) from error


def load(is_migrated: bool) -> str | None:
    """Load the code as the services will; return the sentence of a setting that some room cannot use."""
    with tempfile.TemporaryDirectory() as folder:
        config = configuration.load()
        if not is_migrated:
            config = replace(config, database_url=f"sqlite:///{folder}/none.db")
        try:
            import_module("reader.app")
            import_module("writer.app").create_app(config)
            for service in ("worker", "cron"):
                import_module(f"writer.ops.{service}")
        except (ConfigError, SystemExit) as error:
            return str(error)
    return None


def digest(given: Mapping[str, str]) -> str:
    """Tell one set of settings from another without telling the secrets among them."""
    settings = configuration.read_env_file
    names = {*settings(ROOT / ".env.example"), *settings(ROOT / ".env"), *configuration.names()}
    text = "\0".join(f"{name}={given.get(name)}" for name in sorted(names))
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    print(load(is_migrated=sys.argv[1:] == ["migrated"]) or "")
