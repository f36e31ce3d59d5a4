"""Stand-ins for the gateway: the fastest at hand, and the simulator where it must be slow or remember."""

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from notification_service.standalone.processes.child import Child
from notification_service.standalone.processes.free_port import LOOPBACK, is_free
from tests.benchmarks.bench import ROOT, Bench
from tests.delivery.wire.certificates import Authority
from tests.ports import free_port

CONFIG = """
{load} worker_processes 1; daemon off; pid "{folder}/pid"; error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 1000000000; client_body_temp_path "{folder}/body";
  proxy_temp_path "{folder}/proxy"; fastcgi_temp_path "{folder}/fastcgi";
  uwsgi_temp_path "{folder}/uwsgi"; scgi_temp_path "{folder}/scgi";
  server {{
    listen {host}:{port} backlog=8192 {tls};
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


def start_tls_gateway(bench: Bench) -> tuple[StubGateway, Path] | None:
    """The fastest with TLS, and the authority that vouches for it; None without nginx."""
    nginx = _find_nginx()
    if nginx is None:
        return None
    authority = Authority(bench.folder)
    certificate = authority.issue(LOOPBACK)
    tls = f'ssl; ssl_certificate "{certificate}"; ssl_certificate_key "{certificate}"'
    gateway = _start_nginx(bench, nginx, name="nginx-tls", answer=f"return 200 {ANSWER};", tls=tls)
    return gateway, authority.file


def start_slow_gateway(bench: Bench, *, latency_ms: int) -> StubGateway:
    """Every answer takes so long: nginx with its echo module, else the simulator."""
    nginx = _find_nginx()
    if nginx is None or not ECHO_MODULE.exists():
        return start_simulator(bench, "--latency-ms", str(latency_ms))
    answer = f"echo_read_request_body; echo_sleep {latency_ms / 1000}; echo {ANSWER};"
    return _start_nginx(bench, nginx, answer=answer, load=f"load_module {ECHO_MODULE};")


def _find_nginx() -> str | None:
    return shutil.which("nginx", path=NGINX_PLACES)


def _start_nginx(
    bench: Bench, nginx: str, *, answer: str, load: str = "", tls: str = "", name: str = "nginx"
) -> StubGateway:
    port, folder = free_port(), bench.folder / name
    folder.mkdir()
    config = folder / "nginx.conf"
    config.write_text(
        CONFIG.format(folder=folder, host=LOOPBACK, port=port, answer=answer, load=load, tls=tls)
    )
    scheme = "https" if tls else "http"
    return _start(bench, name, [nginx, "-p", str(folder), "-c", str(config)], port, scheme=scheme)


def start_simulator(bench: Bench, *options: str) -> StubGateway:
    port = free_port()
    simulator = [sys.executable, "-m", "notification_service.gateway_simulator", "--keep", "1"]
    return _start(bench, "simulator", [*simulator, "--port", str(port), *options], port)


def first_request_at(log: Path, *, after: int = 0) -> float | None:
    """Of a simulator's log beyond so many bytes; None: none has come yet. By this machine's clock."""
    if not log.exists():
        return None
    with log.open("rb") as file:
        file.seek(after)
        line = file.readline()
    return float(json.loads(line)["received_at"]) if line.endswith(b"\n") else None


def _start(bench: Bench, name: str, command: list[str], port: int, *, scheme: str = "http") -> StubGateway:
    child = Child(name=name, command=command, log_path=bench.folder / "log" / f"{name}.log", folder=ROOT)
    pid = bench.launch(child)
    bench.wait_for(child, lambda: not is_free(port))
    return StubGateway(name, f"{scheme}://{LOOPBACK}:{port}", pid)
