"""Start, stop and status for restart.sh, one service for systemd.

`python -m writer.ops.services start|stop|status|dev`, or `... run reader|writer|worker|cron`.
"""

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import replace

from writer import config as configuration
from writer.config import ROOT, Config, ConfigError
from writer.db import Database
from writer.db.migrate import (
    BeginsAnew,
    NewerDatabase,
    UnusableDatabase,
    migrate,
    reason,
    refuse_to_begin_anew,
)
from writer.ops import preflight, processes, worker_health
from writer.ops.preflight import Refused, address_of
from writer.ops.rotate_logs import put_logs_aside
from writer.stores import woocommerce

SERVED = ("reader", "writer")
UNSERVED = ("worker", "cron")  # they listen nowhere
SERVICES = (*SERVED, *UNSERVED)


def start() -> None:
    """Have reader, writer, worker and cron run with the present code and settings, and answer.

    What would keep them from starting is found while the old ones still run, and raised as a sentence.
    """
    config = configuration.load()
    _ask_before_beginning_anew(config)
    processes.end_orphans()
    is_behind = preflight.check(config, {name: processes.find(name) for name in SERVED})
    _check_code(is_behind)
    processes.stop(UNSERVED)
    put_logs_aside(processes.RUN)
    if is_behind:
        processes.stop(SERVED)
        _migrate(config)
    begun = {name: _replace_workers(name, config) for name in SERVED}
    for name, is_replaced in begun.items():
        _bring_up(name, config, is_replaced)
    for name in UNSERVED if config.runs_cron else ("worker",):
        processes.launch(name, _command(name, config))
    print(welcome(address_of("reader", config), address_of("writer", config), config))


def _ask_before_beginning_anew(config: Config) -> None:
    """Return where nothing is missing, or a person wants an empty database. Raises Refused, BeginsAnew."""
    try:
        refuse_to_begin_anew(config.database_url)
    except BeginsAnew as found:
        if not sys.stdin.isatty():
            raise
        if input(f"{found}\nBegin with an empty database now? [y/N] ").strip().lower() not in ("y", "yes"):
            raise Refused("Nothing was started.") from None


def _check_code(is_behind: bool) -> None:
    """Raise Refused where new workers could not load code or settings: gunicorn would end with them."""
    command = [sys.executable, "-m", "writer.ops.preflight", "behind" if is_behind else "migrated"]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if loaded.returncode != 0:
        raise Refused(f"{loaded.stderr}The code cannot be loaded: see above. What ran before still runs.")
    if loaded.stdout.strip():
        raise Refused(loaded.stdout.strip())


def _migrate(config: Config) -> None:
    try:
        print(f"Database ready at revision {migrate(config.database_url)}.")
    except Exception as error:  # whatever a migration raises
        raise Refused(
            f"The database could not be migrated and is as it was; nothing runs now: {reason(error)}."
        ) from error


def _replace_workers(name: str, config: Config) -> Callable[[], bool] | None:
    """Have a running service take up new code, if only that can have changed; return what tells it has."""
    pid = processes.find(name)
    file = processes.RUN / f"{name}.launched"
    if pid is None or not file.exists() or file.read_text() != _launched(name, config):
        return None
    return processes.replace_workers(pid)


def _bring_up(name: str, config: Config, is_replaced: Callable[[], bool] | None) -> None:
    url = f"http://{_reached(address_of(name, config))}/health"
    if is_replaced and processes.wait(name, is_replaced) and processes.wait(name, lambda: _answers(url)):
        return
    processes.stop([name])
    processes.launch(name, _command(name, config))
    (processes.RUN / f"{name}.launched").write_text(_launched(name, config))
    if not processes.wait(name, lambda: _answers(url)):
        lines = (processes.RUN / f"{name}.log").read_text(errors="replace").splitlines()[-12:]
        raise Refused("\n".join([*lines, f"The {name} did not start: see above, and run/{name}.log."]))


def _launched(name: str, config: Config) -> str:
    """Return what a service is started with; where it differs, new workers would not be enough."""
    requirements = (ROOT / ".venv" / "requirements.txt.stamp").read_text()
    settings = preflight.digest(configuration.environment())
    return f"{address_of(name, config)} {settings} {_digest_of_server()} {requirements}"


def _digest_of_server() -> str:
    """Tell one state of the code that new workers get from gunicorn's master from another."""
    code = b"\0".join(file.read_bytes() for file in sorted((ROOT / "server").glob("*.py")))
    return hashlib.sha256(code).hexdigest()


def _command(name: str, config: Config) -> list[str]:
    """Return what follows `python -m` to run a service."""
    if name in UNSERVED:
        return [processes.MARKS[name]]
    address = address_of(name, config)
    return ["gunicorn", "-c", f"{name}/gunicorn.conf.py", "--bind", address, processes.MARKS[name]]


def _answers(url: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with contextlib.suppress(OSError), direct.open(url, timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def run(name: str) -> None:
    """Become a service, in the foreground, for systemd; it is then found as if restart.sh had started it."""
    config = configuration.load()
    command = [sys.executable, "-m", *_command(name, config)]
    os.chdir(ROOT)
    processes.RUN.mkdir(exist_ok=True)
    (processes.RUN / f"{name}.pid").write_text(str(os.getpid()))
    os.execv(command[0], command)


def status() -> int:
    """Print what runs and how the worker's tasks go; return 0 where all that should run does, else 1."""
    found = {name: processes.find(name) for name in SERVICES}
    left_out = _left_out()
    for name, pid in found.items():
        idle = "is not started, because RUN_CRON is 0" if name in left_out else "does not run"
        print(f"{name} runs: process {pid}" if pid else f"{name} {idle}")
        if name == "worker" and pid:
            print("".join(f"  {line}\n" for line in _task_lines()), end="")
    if demo := processes.find("demo"):
        print(f"demo runs: process {demo}, {(processes.RUN / 'demo.address').read_text()}")
    return 0 if all(pid for name, pid in found.items() if name not in left_out) else 1


def _left_out() -> set[str]:
    """Return the services that the settings leave out."""
    with contextlib.suppress(ConfigError):
        return set() if configuration.load().runs_cron else {"cron"}
    return set()


def _task_lines() -> list[str]:
    try:
        database = Database.of(configuration.load())
    except ConfigError as error:
        return [str(error)]
    lines = worker_health.lines(database)
    database.close()
    return lines


def develop() -> None:
    """Run reader and writer in the foreground, on this machine only, following changes; return when ended."""
    config = replace(configuration.load(), reader_bind="127.0.0.1", writer_bind="127.0.0.1")
    processes.stop(SERVICES)
    preflight.check(config, dict.fromkeys(SERVED))
    _migrate(config)
    running = [_follow(name, config) for name in SERVED]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        for process in running:
            process.wait()
    except KeyboardInterrupt:
        print("Ending.")
    finally:
        for process in running:
            process.terminate()
            process.wait()


def _follow(name: str, config: Config) -> "subprocess.Popen[bytes]":
    pages = [f"--reload-extra-file={path}" for path in sorted((ROOT / name).rglob("*.html"))]
    command = [sys.executable, "-m", *_command(name, config), "--reload", *pages]
    print(f"The {name}: http://{address_of(name, config)}/   (Ctrl-C ends both)", flush=True)
    return subprocess.Popen(command, cwd=ROOT)


def welcome(reader: str, writer: str, config: Config) -> str:
    """Return what a person wants to know once the two run; `reader` and `writer` are where they listen."""
    public = config.public_url or "https://<public name of the writer>"
    first = "admin (on a fresh install the password is admin, good only for choosing another)"
    return f"""onerom-sales runs.
  Reader (public)    http://{_reached(reader)}/   listening on {reader}
  Writer (internal)  http://{_reached(writer)}/   listening on {writer}
  Sign in as         {config.admin_user or first}
  WooCommerce        Settings > Advanced > Webhooks > Add webhook, one for each topic, with
                     Topics        {", ".join(woocommerce.TOPIC_NAMES)}
                     Delivery URL  {public}/api/woocommerce/webhook
                     Secret        the WEBHOOK_SHARED_SECRET in .env"""


def _reached(address: str) -> str:
    return address.replace("0.0.0.0:", "127.0.0.1:").replace("[::]:", "[::1]:")


def main(arguments: list[str]) -> int:
    """Do one of the words; exit status 1 with a sentence where it cannot be done."""
    try:
        match arguments:
            case ["start"]:
                start()
            case ["stop"]:
                ran = processes.stop(processes.MARKS)
                processes.end_orphans()
                print(f"Stopped: {', '.join(ran)}." if ran else "Nothing ran.")
            case ["status"]:
                return status()
            case ["dev"]:
                develop()
            case ["run", name] if name in SERVICES:
                run(name)
            case ["welcome", reader, writer]:
                print(welcome(reader, writer, configuration.load()))
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except (ConfigError, NewerDatabase, UnusableDatabase, Refused, processes.NotOurs) as error:
        print(error, file=sys.stderr)
        # systemd does not start again what ends with 2.
        return 2 if arguments[0] == "run" else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
