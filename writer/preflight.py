"""What restart.sh asks before and after it starts something; each answer is a line or one sentence.

`settings` prints shell assignments, `check READER_PID WRITER_PID` whether anything stands in the way of
starting, `healthy URL PID` waits for a service, `reload PID URL` has a running one take up new code.
"""

import contextlib
import errno
import hashlib
import os
import shlex
import signal
import socket
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from dotenv import dotenv_values

from writer import config
from writer.migrate import NewerDatabase, is_behind

SECRETS = {"SECRET_KEY", "WEBHOOK_SHARED_SECRET", "CONFIG_ENCRYPTION_KEY", "ADMIN_PASSWORD"}
PORTS = {"reader": ("0.0.0.0", 8106), "writer": ("127.0.0.1", 8107)}
START_TIMEOUT_S = 40


class Refused(Exception):
    """What was asked for cannot be had; the text is a sentence."""


def settings() -> str:
    """Return shell lines that export every setting but the secrets, after checking them all.

    Raises ConfigError with a sentence naming the first that is missing or unusable.
    """
    told = config.told()
    config.load(told)
    named = {name: told[name] for name in _names() if name in told and name not in SECRETS}
    lines = {**named, "DATABASE_URL": config.database_url(told), "SETTINGS_ID": _digest(told)}
    for service in PORTS:
        host, port = address(told, service)
        reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
        lines[f"{service.upper()}_ADDRESS"] = _joined(host, port)
        lines[f"{service.upper()}_URL"] = f"http://{_joined(reached, port)}"
    if lines["READER_ADDRESS"] == lines["WRITER_ADDRESS"]:
        raise config.ConfigError("READER_PORT and WRITER_PORT must be two different ports.")
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in lines.items())


def address(told: Mapping[str, str], service: str) -> tuple[str, int]:
    """Return host and port of `service`, "reader" or "writer"; ConfigError names what is unusable."""
    host, port = PORTS[service]
    name = service.upper()
    host = told.get(f"{name}_BIND") or host
    port = config.whole_number(told, f"{name}_PORT", port, 1, 65535)
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise config.ConfigError(f"{name}_BIND is no address of this machine: {host}.") from error
    return host, port


def check(pids: Mapping[str, int | None]) -> str:
    """Return "ready", or "behind" where migrations wait, when nothing stands in the way of starting.

    `pids` says which process each service of this copy has now: the address it listens on can be had. Raises
    Refused where another program has an address, NewerDatabase where the database is not for this code.
    """
    told = config.told()
    for service, pid in pids.items():
        host, port = address(told, service)
        if pid is None or _joined(host, port) not in Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
            _check_free(service, host, port)
    return "behind" if is_behind(config.database_url(told)) else "ready"


def _check_free(service: str, host: str, port: int) -> None:
    name = service.upper()
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as error:
            reasons = {
                errno.EADDRINUSE: f"Port {port} is in use by another program: end it, or set {name}_PORT.",
                errno.EACCES: f"Port {port} needs root: set {name}_PORT to one above 1023.",
                errno.EADDRNOTAVAIL: f"{name}_BIND is no address of this machine: {host}.",
            }
            raise Refused(reasons.get(error.errno or 0, f"{name}_PORT {port}: {error.strerror}.")) from error


def wait_healthy(url: str, pid: int) -> None:
    """Return when `url`/health answers 200; raise Refused when `pid` ends first, or after 40 s."""
    _wait(lambda: _answers(f"{url}/health"), pid)


def reload(pid: int, url: str) -> None:
    """Have gunicorn `pid` replace its workers by ones with the present code, refusing nobody meanwhile.

    Raises Refused where it does not come through.
    """
    before = children(pid)
    os.kill(pid, signal.SIGHUP)
    _wait(lambda: bool(children(pid)) and not children(pid) & before, pid)
    wait_healthy(url, pid)


def _wait(is_done: Callable[[], bool], pid: int) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not is_done():
        if not Path(f"/proc/{pid}/exe").exists() or time.monotonic() > deadline:
            raise Refused(f"process {pid} ended or did not answer within {START_TIMEOUT_S} s")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with contextlib.suppress(OSError), direct.open(url, timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def children(pid: int) -> set[int]:
    """Return the processes whose parent is `pid` and which have not ended."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found.add(int(stat.parent.name))
    return found


def _names() -> list[str]:
    written = {**dotenv_values(config.ROOT / ".env.example"), **dotenv_values(config.ROOT / ".env")}
    return sorted(name for name in written if name.isidentifier())


def _digest(told: Mapping[str, str]) -> str:
    """Tell one set of settings from another without telling the secrets among them."""
    text = "\0".join(f"{name}={told.get(name)}" for name in _names())
    return hashlib.sha256(text.encode()).hexdigest()


def _joined(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def main(arguments: list[str]) -> int:
    """Answer one of restart.sh's questions; exit status 1 with one sentence where the answer is no."""
    try:
        match arguments:
            case ["settings"]:
                print(settings())
            case ["check", reader, writer]:
                print(check({"reader": int(reader or 0) or None, "writer": int(writer or 0) or None}))
            case ["healthy", url, pid]:
                wait_healthy(url, int(pid))
            case ["reload", pid, url]:
                reload(int(pid), url)
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except (config.ConfigError, NewerDatabase, Refused) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
