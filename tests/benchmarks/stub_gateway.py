"""The fastest gateway at hand: nginx where it is found, else the simulator."""

import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from notification_service.standalone.free_port import any_free_port

CONFIG = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 1000000000; client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=8192;
    location / {{ default_type application/json; return 200 '{{"code":0,"message":"OK"}}'; }}
  }}
}}
"""


@contextmanager
def stub_gateway(folder: Path) -> Iterator[tuple[str, str]]:
    """Its base URL, and its name for the table."""
    port = any_free_port()
    name, command = _command(folder, port)
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}", name
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _command(folder: Path, port: int) -> tuple[str, list[str]]:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/bin:/usr/bin")
    if nginx is None:
        module = "notification_service.gateway_simulator"
        return "gateway simulator", [sys.executable, "-m", module, "--port", str(port), "--keep", "1"]
    config = folder / "nginx.conf"
    config.write_text(CONFIG.format(folder=folder, port=port))
    return "nginx", [nginx, "-p", str(folder), "-c", str(config)]


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the stub gateway did not start")
