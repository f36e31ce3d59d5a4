"""`make chaos`: a seeded storm over a service of its own, then every rule of delivery, counted."""

import argparse
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from tests.chaos.events import Event
from tests.chaos.schedule import load_schedule, make_schedule, save_schedule
from tests.chaos.servers import servers

if TYPE_CHECKING:  # what follows them needs Django's settings, which need the database
    from tests.chaos.storm import Result

SECRET_KEY = "a secret of this storm alone"
KEPT_IN = Path(__file__).parents[2] / "var" / "chaos"


def main() -> int:
    options = _options()
    events = _schedule(options)
    console = Console(width=None if sys.stdout.isatty() else 150)
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    schedule = folder / "schedule.ndjson"
    save_schedule(schedule, events)
    console.print(f"seed {options.seed}: {len(events)} events in {options.seconds:g} s, see {schedule}")
    try:
        result = _run(folder, events, options)
        has_failed = _tell(console, folder, result, options)
    except BaseException:
        console.print(f"[red]the storm itself failed[/red]: see {_keep(folder, options.seed)}")
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return int(has_failed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="default: another one each time")
    parser.add_argument("--seconds", type=float, default=120, help="of storm (default: %(default)s)")
    parser.add_argument("--clients", type=int, default=2_400, help="(default: %(default)s)")
    parser.add_argument(
        "--schedule", type=Path, metavar="FILE", help="replay this one, in place of the seed's"
    )
    options = parser.parse_args()
    if options.seed is None:
        options.seed = secrets.randbelow(10**6)
    return options


def _schedule(options: argparse.Namespace) -> list[Event]:
    if options.schedule:
        return load_schedule(options.schedule)
    return make_schedule(seed=options.seed, seconds=options.seconds, clients=options.clients)


def _run(folder: Path, events: list[Event], options: argparse.Namespace) -> "Result":
    with servers(folder) as (postgres, broker):
        api_key = _set_up_django(postgres.url, broker.url, folder)
        from tests.chaos.storm import Storm

        storm = Storm(folder, postgres, broker, api_key=api_key, seed=options.seed)
        return storm.run(events, seconds=options.seconds, clients=options.clients)


def _set_up_django(database_url: str, broker_url: str, folder: Path) -> str:
    """Migrate, and answer a write API key."""
    os.environ.update(
        DATABASE_URL=database_url,
        BROKER_URL=broker_url,
        DATA_DIR=str(folder),
        API_RATE_LIMIT="0",
        GATEWAY_ALLOW_PRIVATE_ADDRESSES="true",
        SECRET_KEY=SECRET_KEY,
        DJANGO_SETTINGS_MODULE="notification_service.settings",
    )
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from notification_service.access.models import ApiKey

    return ApiKey.issue(name="storm", scope="write")[1]


def _tell(console: Console, folder: Path, result: "Result", options: argparse.Namespace) -> bool:
    from tests.chaos.report import print_result, print_violations, save_violations

    print_result(console, result, title=f"A storm of {options.seconds:g} s, seed {options.seed}")
    has_failed = any(result.violations.values())
    if has_failed:
        print_violations(console, result.violations)
        save_violations(folder / "violations.ndjson", result.violations)
        kept = _keep(folder, options.seed)
        console.print(f"[red]seed {options.seed} failed[/red]: evidence in {kept}; again by")
        console.print(f'make chaos ARGS="--seed {options.seed} --schedule {kept}/schedule.ndjson"')
    return has_failed


def _keep(folder: Path, seed: int) -> Path:
    """Copy what tells of the storm out of the folder, which goes with its servers."""
    kept = KEPT_IN / f"seed-{seed}"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for file in [*folder.glob("*.log"), *folder.glob("*.ndjson"), *folder.glob("log/*.log")]:
        shutil.copy(file, kept)
    return kept


if __name__ == "__main__":
    sys.exit(main())
