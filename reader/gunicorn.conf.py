"""How the reader runs under gunicorn; restart.sh and the container give the address with --bind."""

import runpy
from pathlib import Path

# Ends the start with one sentence where a setting is unusable, before any worker tries.
_settings = runpy.run_path(str(Path(__file__).with_name("app.py")))["app"].config["READER"]

# Two processes for two cores, each with a socket of its own: threads of one process lose half their speed to
# passing the GIL between the cores, and on one shared socket all kept-alive connections may land on one.
workers = _settings.workers
worker_class = "gthread"
threads = _settings.threads
reuse_port = True
keepalive = 75

timeout = 30
graceful_timeout = 30
worker_tmp_dir = "/dev/shm"  # a heartbeat on a slow disk would have a healthy worker killed

# The socket would be opened in $HOME, where two copies of the product fight over it.
control_socket_disable = True

# Whoever stands before says by X-Forwarded-Proto how the page's own address begins. Nothing else follows from
# it, so nobody need be named; paths are not taken from headers.
forwarded_allow_ips = "*"
forwarder_headers = ""

accesslog = None
errorlog = "-"
loglevel = "info"
