"""Stand-ins for the gateway: the fastest at hand, and the simulator where it must be slow or remember."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from notification_service.standalone.processes.child import Child
from notification_service.standalone.processes.free_port import LOOPBACK, is_free
from tests.benchmarks.bench import ROOT, Bench
from tests.ports import free_port

CONFIG = """
{load} worker_processes 1; daemon off; pid "{folder}/nginx.pid"; error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 1000000000; client_body_temp_path "{folder}/body";
  proxy_temp_path "{folder}/proxy"; fastcgi_temp_path "{folder}/fastcgi";
  uwsgi_temp_path "{folder}/uwsgi"; scgi_temp_path "{folder}/scgi";
  server {{
    listen {host}:{port} backlog=8192;
    location / {{ default_type application/json; {answer} }}
  }}
}}
"""
ANSWER = """'{"code":0,"message":"OK"}'"""
ECHO_MODULE = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")  # which comes with Debian's nginx-light
NGINX_PLACES = "/usr/sbin:/usr/local/sbin:/opt/homebrew/bin:/usr/bin"


@dataclass(frozen=True, slots=True)
class StubGateway:
    name: str
    url: str
    pid: int


def start_fastest_gateway(bench: Bench) -> StubGateway:
    """nginx where it is found, else the simulator."""
    nginx = _find_nginx()
    return _start_nginx(bench, nginx, answer=f"return 200 {ANSWER};") if nginx else start_simulator(bench)


def start_slow_gateway(bench: Bench, *, latency_ms: int) -> StubGateway:
    """Every answer takes so long: nginx with its echo module, else the simulator."""
    nginx = _find_nginx()
    if nginx is None or not ECHO_MODULE.exists():
        return start_simulator(bench, "--latency-ms", str(latency_ms))
    answer = f"echo_read_request_body; echo_sleep {latency_ms / 1000}; echo {ANSWER};"
    return _start_nginx(bench, nginx, answer=answer, load=f"load_module {ECHO_MODULE};")


def _find_nginx() -> str | None:
    return shutil.which("nginx", path=NGINX_PLACES)


def _start_nginx(bench: Bench, nginx: str, *, answer: str, load: str = "") -> StubGateway:
    port, config = free_port(), bench.folder / "nginx.conf"
    text = CONFIG.format(folder=bench.folder, host=LOOPBACK, port=port, answer=answer, load=load)
    config.write_text(text)
    return _start(bench, "nginx", [nginx, "-p", str(bench.folder), "-c", str(config)], port)


def start_simulator(bench: Bench, *options: str) -> StubGateway:
    port = free_port()
    simulator = [sys.executable, "-m", "notification_service.gateway_simulator", "--keep", "1"]
    return _start(bench, "simulator", [*simulator, "--port", str(port), *options], port)


def _start(bench: Bench, name: str, command: list[str], port: int) -> StubGateway:
    child = Child(name=name, command=command, log_path=bench.folder / "log" / f"{name}.log", folder=ROOT)
    pid = bench.launch(child)
    bench.wait_for(child, lambda: not is_free(port))
    return StubGateway(name, f"http://{LOOPBACK}:{port}", pid)
