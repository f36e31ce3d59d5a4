"""Processes that share a folder, which are real here: prometheus_client reads its variable once."""

import os
import re
import subprocess
import sys
from pathlib import Path

COUNT = """
import sys
from notification_service.observability import metrics, process_files
metrics.claimed.inc(int(sys.argv[1]))
metrics.claim_seconds.observe(0.002)
metrics.under_way.set(9)
"""
SCRAPE = (
    COUNT
    + """
from pathlib import Path
for _ in range(2):
    print(process_files.exposition(Path(sys.argv[2])).decode())
"""
)


def run(script: str, *arguments: str, folder: Path) -> str:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def test_counters_of_ended_processes_are_kept_without_files_and_gauges(tmp_path: Path) -> None:
    run(COUNT, "1", folder=tmp_path)
    run(COUNT, "2", folder=tmp_path)
    text = run(SCRAPE, "4", str(tmp_path), folder=tmp_path)
    assert re.findall(r"^notifications_claimed_messages_total (\S+)", text, re.M) == ["7.0", "7.0"]
    assert re.findall(r"^notifications_claim_seconds_count (\S+)", text, re.M) == ["3.0", "3.0"]
    assert re.findall(r"^notifications_engine_messages_under_way (\S+)", text, re.M) == ["9.0", "9.0"]
    ended = sorted(path.name for path in tmp_path.glob("*_ended.db"))
    assert ended == ["counter_ended.db", "histogram_ended.db"]
    assert len(list(tmp_path.glob("*.db"))) == len(ended) + 4  # its own
