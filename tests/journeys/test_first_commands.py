"""What somebody types who has read the README's first page, with nothing configured but the gateway."""

import shutil
import urllib.request
from collections.abc import Iterator

import pytest

from notification_service.standalone.local_http import responds
from tests.journeys.checkout import SERVERS, Checkout, readme_block, readme_command
from tests.journeys.service import wait_until
from tests.ports import free_port

CLIENT = """
from notification_service.directory.models import Client
Client.objects.create(phone="79161234567", operator_code="916", timezone="Europe/Moscow")
"""
# A curl that fails where the API refuses.
CURL = 'curl() { command curl --silent --show-error --fail-with-body "$@"; }\n'
NAMED = "postgresql://127.0.0.1:1/none"


class Place:
    """A checkout whose database is migrated, with a client and a key."""

    def __init__(self, checkout: Checkout) -> None:
        self.checkout = checkout
        migrated, keyed = (checkout.run(*readme_command(word)) for word in ("migrate", "create_api_key"))
        assert (migrated.returncode, keyed.returncode) == (0, 0), migrated.stderr + keyed.stderr
        self.key = keyed.stdout.strip()
        checkout.manage("shell", "-c", CLIENT)

    def send_mailing(self, *, port: int | None = None) -> None:
        before = self.checkout.requests()
        self.checkout.send_mailing(self.key, port=port)
        # It answers first, and writes then.
        wait_until(lambda: self.checkout.requests() > before, what="a line in the gateway's log")
        assert self.checkout.requests() == before + 1


pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    checkout = Checkout(tmp_path_factory.mktemp("first") / "checkout")
    yield Place(checkout)
    checkout.close_all()


@pytest.fixture
def serving(place: Place) -> Place:
    place.checkout.open_those_that_are_closed()
    place.send_mailing()
    return place


def test_a_mailing_goes_out_with_a_command_in_each_terminal(serving: Place) -> None:
    serving.send_mailing()
    flower = f"http://127.0.0.1:{serving.checkout.flower_port}/"
    wait_until(lambda: responds(flower), what="Flower")
    with urllib.request.urlopen(flower, timeout=20) as page:
        assert page.status == 200


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_the_api_lines_of_the_readme_work_as_they_stand(serving: Place) -> None:
    credentials = serving.checkout.data_dir / "credentials.env"
    if not credentials.exists():  # else `up` has made them
        credentials.write_text(f"API_KEY='{serving.key}'\n")
    lines = readme_block("The API in a few lines")
    assert lines.count("curl ") == 5
    finished = serving.checkout.shell(CURL + lines.replace(":8000", f":{serving.checkout.web_port}"))
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert '"cancelled"' in finished.stdout


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("victim", ["keeper", "server"])
def test_a_killed_server_comes_back_by_itself(serving: Place, server: str, victim: str) -> None:
    process = getattr(serving.checkout, victim)(server)
    process.kill()
    process.wait(60)
    serving.send_mailing()
    wait_until(lambda: serving.checkout.keeper(server), what=f"{server}'s return")


@pytest.mark.parametrize("terminal", ["web", "worker", "flower"])
def test_a_killed_terminal_leaves_the_servers_to_the_others(serving: Place, terminal: str) -> None:
    servers = [serving.checkout.server(name).pid for name in SERVERS]
    serving.checkout.kill(terminal)
    serving.checkout.open_those_that_are_closed()
    serving.send_mailing()
    assert [serving.checkout.server(name).pid for name in SERVERS] == servers


def test_up_joins_the_servers_that_run_and_leaves_them_to_the_others(serving: Place) -> None:
    servers = [serving.checkout.server(name).pid for name in SERVERS]
    port = free_port()
    up = serving.checkout.open("up", "python", "manage.py", "up", f"--port={port}", "--no-flower")
    serving.send_mailing(port=port)
    up.terminate()
    assert up.wait(60) == 0
    serving.send_mailing()
    assert [serving.checkout.server(name).pid for name in SERVERS] == servers


def test_commands_join_the_servers_of_up(place: Place) -> None:
    place.checkout.close_all()
    port = free_port()
    up = place.checkout.open("up", "python", "manage.py", "up", f"--port={port}", "--no-flower")
    place.checkout.open_those_that_are_closed()
    place.send_mailing(port=port)
    up.kill()
    up.wait()
    place.send_mailing()


def test_the_last_to_leave_stops_the_servers_and_the_data_stays(serving: Place) -> None:
    serving.checkout.close_all()
    serving.checkout.wait_until_servers_have_stopped()
    names = "from notification_service.access.models import ApiKey; print(ApiKey.objects.get(name='me').name)"
    assert serving.checkout.manage("shell", "-v", "0", "-c", names) == "me"
    serving.checkout.wait_until_servers_have_stopped()


def test_when_everything_was_killed_two_commands_at_once_start_one_server(serving: Place) -> None:
    checkout = serving.checkout
    keepers = [keeper for keeper in map(checkout.keeper, SERVERS) if keeper]
    for name in ("web", "worker", "flower"):
        checkout.kill(name)
    for keeper in keepers:
        keeper.kill()
    both = [
        checkout.open(name, "python", "manage.py", "create_api_key", name, "--scope", "read")
        for name in ("one", "other")
    ]
    assert [command.wait(120) for command in both] == [0, 0], checkout.log_path("one").read_text()
    checkout.wait_until_servers_have_stopped()


@pytest.mark.parametrize(
    "command",
    [
        ("python", "manage.py", "check"),
        ("python", "manage.py", "migrate", "--help"),
        ("python", "manage.py", "spectacular", "--file", "openapi.yaml"),
        ("celery", "-A", "notification_service", "worker", "--help"),
    ],
    ids=" ".join,
)
def test_a_command_that_needs_no_server_starts_none(place: Place, command: tuple[str, ...]) -> None:
    data_dir = place.checkout.folder / "untouched"
    finished = place.checkout.run(*command, DATA_DIR=str(data_dir))
    assert finished.returncode == 0, finished.stderr
    assert not data_dir.exists()


@pytest.mark.parametrize("variable", ["DATABASE_URL", "BROKER_URL"])
def test_a_web_server_with_a_server_of_its_own_and_no_secret_key_is_refused(
    place: Place, variable: str
) -> None:
    url = {"DATABASE_URL": NAMED, "BROKER_URL": "redis://127.0.0.1:1"}[variable]
    environment = {variable: url, "DATA_DIR": "/nonexistent"}
    finished = place.checkout.run("python", "-c", "import notification_service.wsgi", **environment)
    assert (finished.returncode, finished.stderr) == (
        1,
        "Configuration error: SECRET_KEY is not set, and a web server needs one that survives restarts\n",
    )
