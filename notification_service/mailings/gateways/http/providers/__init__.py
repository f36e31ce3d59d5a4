"""Settings of providers whose API is public, a file for each: to begin with, not to depend on."""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Provider:
    name: str  # of its file
    title: str
    documentation: str
    token: str  # what its token is
    config: dict[str, Any]
    replace: dict[str, str] = field(default_factory=dict)  # by pointer, what is somebody else's in `config`


@cache
def providers() -> dict[str, Provider]:
    files = sorted(Path(__file__).parent.glob("*.json"))
    return {file.stem: Provider(name=file.stem, **json.loads(file.read_text())) for file in files}
