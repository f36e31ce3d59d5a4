"""What compose.yaml describes, container by container, on free ports of the host's network."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.containers.images import POSTGRES, PRODUCT, RABBITMQ
from tests.containers.podman import hardening, podman, start
from tests.deploy.files import compose
from tests.ports import free_port

PASSWORD = "of-the-test"
USER = "notification_service"
PATIENCE_SECONDS = 180
MAKE_CLUSTER = (
    "test -e /data/PG_VERSION || { echo $PASSWORD > /tmp/password"
    f" && initdb --pgdata=/data --username={USER} --pwfile=/tmp/password --auth=scram-sha-256 $INITDB_ARGS"
    " && echo 'host all all 127.0.0.1/32 scram-sha-256' >> /data/pg_hba.conf; };"
)
MAKE_BROKER = (
    f"printf 'default_user = {USER}\\ndefault_pass = %s\\nlisteners.tcp.1 = 127.0.0.1:%s\\n'"
    ' "$PASSWORD" "$PORT" > /tmp/rabbitmq.conf;'
)


@dataclass(slots=True)
class Shape:
    """Names of containers are those of the services, after `ns-`."""

    product: str = PRODUCT
    services: dict[str, Any] = field(default_factory=lambda: compose()["services"])
    ports: dict[str, int] = field(
        default_factory=lambda: {
            name: free_port() for name in ("postgres", "rabbitmq", "dist", "web", "flower", "simulator")
        }
    )
    key: str = ""

    def start_servers(self) -> None:
        arguments = " ".join(self.services["postgres"]["command"])
        options = f"-D /data -p {self.ports['postgres']} -k /tmp -c listen_addresses=127.0.0.1"
        script = f"{MAKE_CLUSTER} exec {arguments} {options}"
        made = self.services["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]
        start("ns-postgres", POSTGRES, ["sh", "-c", script], options=[], PASSWORD=PASSWORD, INITDB_ARGS=made)
        start(
            "ns-rabbitmq",
            RABBITMQ,
            ["sh", "-c", f"{MAKE_BROKER} exec /usr/lib/rabbitmq/bin/rabbitmq-server"],
            options=[],
            PASSWORD=PASSWORD,
            PORT=str(self.ports["rabbitmq"]),
            RABBITMQ_NODENAME="compose@localhost",
            RABBITMQ_DIST_PORT=str(self.ports["dist"]),
            RABBITMQ_CONFIG_FILE="/tmp/rabbitmq.conf",
        )
        address = f"--host=127.0.0.1 --port={self.ports['postgres']} --username={USER}"
        self.wait_for(lambda: "accepting" in self.inside("postgres", f"pg_isready {address}"), "PostgreSQL")
        self.inside("postgres", f"PGPASSWORD={PASSWORD} createdb {address} {USER}")

    def start_ours(self, *names: str) -> None:
        for name in names:
            service = self.services[name]
            command = [str(part).replace("5555", str(self.ports["flower"])) for part in service["command"]]
            command = [part.replace("8025", str(self.ports["simulator"])) for part in command]
            start(f"ns-{name}", self.product, command, options=hardening(service), **self._environment())

    def migrate(self) -> str:
        """Its exit code."""
        self.start_ours("migrate")
        return podman("wait", "ns-migrate")

    def inside(self, name: str, script: str) -> str:
        return podman("exec", f"ns-{name}", "sh", "-c", script, is_to_succeed=False)

    def api(
        self, method: str, path: str, body: object = None, *, content_type: str = "application/json"
    ) -> Any:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"{self.url}/api/{path}", data, method=method)
        request.add_header("Authorization", f"Bearer {self.key}")
        request.add_header("Content-Type", content_type)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports['web']}"

    def responds(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def wait_for(self, is_so: Callable[[], object], what: str) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < until, f"{what}: {self.logs()}"
            time.sleep(0.5)

    def logs(self) -> str:
        names = podman("ps", "--all", "--filter=name=ns-", "--format={{.Names}} {{.Status}}")
        worker = podman("logs", "--tail=30", "ns-worker", is_to_succeed=False)
        return f"{names}\n{worker}"

    def remove(self) -> None:
        names = podman("ps", "--all", "--quiet", "--filter=name=ns-").split()
        if names:
            podman("rm", "--force", "--volumes", "--time=5", *names)

    def _environment(self) -> dict[str, str]:
        return {
            "HTTPS": "false",
            "TRUSTED_PROXIES": "0",
            "SECRET_KEY": "a key for a trial on this machine",
            "DATABASE_URL": f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.ports['postgres']}/{USER}",
            "BROKER_URL": f"amqp://{USER}:{PASSWORD}@127.0.0.1:{self.ports['rabbitmq']}//",
            "GATEWAY_URL": f"http://127.0.0.1:{self.ports['simulator']}",
            "GATEWAY_TOKEN": "token",
            "FLOWER_BASIC_AUTH": f"{USER}:{PASSWORD}",
            "GRANIAN_PORT": str(self.ports["web"]),
            "GRANIAN_HOST": "127.0.0.1",
            "GRANIAN_BLOCKING_THREADS": "16",
        }
