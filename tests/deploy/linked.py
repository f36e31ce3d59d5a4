"""An environment with what a wheel asks for and nothing else, linked from what is installed here.

What pip would install, by the same metadata, without the half minute that it takes to fetch and compile it.
"""

import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def make_environment(folder: Path, wheel: Path, *, extra: str) -> None:
    venv.create(folder, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True, cwd="/")
    site_packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    [ours] = Distribution.discover(name=wheel.name.partition("-")[0], path=[str(site_packages)])
    for package in {package.name: package for package in _required(ours, {extra}, seen=set())}.values():
        _link(package, site_packages)


def _required(package: Distribution, extras: set[str], seen: set[tuple[str, str]]) -> Iterator[Distribution]:
    """Fails where a package is not installed, or in a version that is not asked for."""
    for requirement in map(Requirement, package.requires or ()):
        marker = requirement.marker
        if marker and not any(marker.evaluate({"extra": extra}) for extra in extras or {""}):
            continue
        found = distribution(requirement.name)
        assert requirement.specifier.contains(found.version, prereleases=True), requirement
        key = (canonicalize_name(requirement.name), ",".join(sorted(requirement.extras)))
        if key not in seen:
            seen.add(key)
            yield found
            yield from _required(found, requirement.extras, seen)


def _link(package: Distribution, site_packages: Path) -> None:
    for file in package.files or ():
        if ".." not in file.parts:  # not its commands: `up` runs modules
            place = site_packages / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(Path(str(package.locate_file(file))).absolute())
