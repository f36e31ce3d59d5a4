"""Stand-ins for the gateway: the fastest at hand, and the simulator where it must be slow or remember."""

import shutil
import sys
from dataclasses import dataclass

from notification_service.standalone.child import Child
from notification_service.standalone.free_port import LOOPBACK, any_free_port, is_free
from tests.benchmarks.bench import ROOT, Bench

CONFIG = """
worker_processes 1; daemon off; pid "{folder}/nginx.pid"; error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 1000000000; client_body_temp_path "{folder}/body";
  proxy_temp_path "{folder}/proxy"; fastcgi_temp_path "{folder}/fastcgi";
  uwsgi_temp_path "{folder}/uwsgi"; scgi_temp_path "{folder}/scgi";
  server {{
    listen {host}:{port} backlog=8192;
    location / {{ default_type application/json; return 200 '{{"code":0,"message":"OK"}}'; }}
  }}
}}
"""
NGINX_PLACES = "/usr/sbin:/usr/local/sbin:/opt/homebrew/bin:/usr/bin"


@dataclass(frozen=True, slots=True)
class StubGateway:
    name: str
    url: str
    pid: int


def start_fastest_gateway(bench: Bench) -> StubGateway:
    """nginx where it is found, else the simulator."""
    nginx = shutil.which("nginx", path=NGINX_PLACES)
    if nginx is None:
        return start_simulator(bench)
    port, config = any_free_port(), bench.folder / "nginx.conf"
    config.write_text(CONFIG.format(folder=bench.folder, host=LOOPBACK, port=port))
    return _start(bench, "nginx", [nginx, "-p", str(bench.folder), "-c", str(config)], port)


def start_simulator(bench: Bench, *options: str) -> StubGateway:
    port = any_free_port()
    simulator = [sys.executable, "-m", "notification_service.gateway_simulator", "--keep", "1"]
    return _start(bench, "simulator", [*simulator, "--port", str(port), *options], port)


def _start(bench: Bench, name: str, command: list[str], port: int) -> StubGateway:
    child = Child(name=name, command=command, log_path=bench.folder / "log" / f"{name}.log", folder=ROOT)
    pid = bench.launch(child)
    bench.wait_for(child, lambda: not is_free(port))
    return StubGateway(name, f"http://{LOOPBACK}:{port}", pid)
