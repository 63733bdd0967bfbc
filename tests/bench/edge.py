"""One nginx, the same bytes twice: as static files, and kept from the reader as deploy/nginx.conf says."""

import json
import os
import re
from pathlib import Path

from tests.bench.servers import ROOT

FRAME = """
daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ }}
http {{
  access_log off; keepalive_requests 100000000; sendfile on;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {cache}
  upstream onerom_reader {{ server 127.0.0.1:{reader}; keepalive 32; }}
  server {{ listen 127.0.0.1:{static}; root {folder}/static; open_file_cache max=100;
            default_type application/json; location = /health {{ return 200; }} }}
  server {{ listen 127.0.0.1:{cached}; {location} }}
}}
"""


def nginx_command(folder: Path, answers: str, reader: int, static: int, cached: int) -> list[str]:
    """Write files and configuration into `folder`; return the command that serves both ports."""
    for path, (_, _, body) in json.loads(answers).items():
        file = folder / "static" / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(body)
    shipped = (ROOT / "deploy" / "nginx.conf").read_text()
    cache = "\n".join(re.findall(r"^proxy_cache_(?:path|key) .*;$", shipped, re.M))
    location = next(
        block for block in re.findall(r"location / \{.*?\n    \}", shipped, re.S) if "proxy_cache " in block
    )
    told = {
        "folder": folder,
        "user": "user root;" if os.geteuid() == 0 else "",
        "cache": cache.replace("/var/cache/onerom-sales", f"{folder}/cache"),
        "location": location,
        "reader": reader,
        "static": static,
        "cached": cached,
    }
    (folder / "nginx.conf").write_text(FRAME.format(**told))
    return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
