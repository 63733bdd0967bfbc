"""How the writer runs under gunicorn; restart.sh and the container give the address with --bind."""

import gc
import os
from contextlib import suppress
from typing import Any

# One process: its threads queue at one lock before SQLite's. Several processes contend inside SQLite and
# starve each other (p99 300-570 ms against 10 ms).
workers = 1
worker_class = "server.worker.BufferingWorker"
threads = 8

# A hanging worker is replaced after `timeout`; a stopping one has `graceful_timeout` for what it accepted.
timeout = 60
graceful_timeout = 30
keepalive = 5
worker_tmp_dir = "/dev/shm"  # a heartbeat on a slow disk would have a healthy worker killed

# The socket would be opened in $HOME, where two copies of the product fight over it.
control_socket_disable = True

# The application logs each request itself, as JSON.
accesslog = None
errorlog = "-"
loglevel = "info"

limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 16380


def post_fork(_server: Any, _worker: Any) -> None:
    """Stay on one core: passing the interpreter's lock between cores takes more than the second core gives.

    Which one is left to chance, so that two copies on one machine seldom share it. On it the threads go on
    until they wait for something: one that was just woken, and first of all needs the interpreter's lock,
    does not interrupt the one that has it. Those who came first are then answered first: a sixth off p99.
    """
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[os.getpid() % len(cores)]})
    with suppress(OSError):  # only slower where it is not allowed
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def post_worker_init(_worker: Any) -> None:
    """Leave what the application is made of out of garbage collection: a full one took 50 to 70 ms.

    Everybody waits while it runs, a few times a minute under load: https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()
