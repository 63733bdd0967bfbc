"""How the reader runs under gunicorn; restart.sh and the container give the address with --bind."""

import runpy
from pathlib import Path

# Ends the start with one sentence where a setting is unusable, before any worker tries.
_settings = runpy.run_path(str(Path(__file__).with_name("app.py")))["app"].config["READER"]

# Two processes for two cores, each with its own socket: threads of one process lose half their speed by
# passing the GIL between the cores, and on one shared socket all keep-alive connections may land on one.
workers = _settings.workers
worker_class = "server.worker.BufferingWorker"
threads = _settings.threads
reuse_port = True
keepalive = 75

timeout = 30
graceful_timeout = 30
worker_tmp_dir = "/dev/shm"  # a heartbeat on a slow disk could have a healthy worker killed

# The control socket would be opened in $HOME, where two copies of the product collide.
control_socket_disable = True

# A proxy sets the scheme of the page's own address with X-Forwarded-Proto. Nothing else depends on it, so no
# proxy need be named; paths are not taken from headers.
forwarded_allow_ips = "*"
forwarder_headers = ""

accesslog = None
errorlog = "-"
loglevel = "info"
