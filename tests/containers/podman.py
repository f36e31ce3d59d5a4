"""Podman without a registry and without networks of its own, as root on Debian."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

NEEDED = ("podman", "buildah", "runc", "debootstrap")
# Storage that needs no kernel module; limits that a sandbox grants.
ENVIRONMENT = {"STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}
LIMITS = ("--ulimit=nofile=1024:1024", "--ulimit=nproc=1000:1000", "--security-opt=seccomp=unconfined")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def lacking() -> str:
    """What keeps containers from being run here; empty where nothing does."""
    if missing := [name for name in NEEDED if not shutil.which(name)]:
        return f"not installed: {', '.join(missing)} (Debian packages)"
    return "" if os.geteuid() == 0 else "containers without networks of their own are run as root"


def run(*command: str, timeout: float = 300, is_to_succeed: bool = True) -> str:
    done = subprocess.run(
        command,
        env=os.environ | ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0 or not is_to_succeed, f"{' '.join(command)}\n{done.stdout[-3000:]}"
    return done.stdout.strip()


def podman(*arguments: str, timeout: float = 300, is_to_succeed: bool = True) -> str:
    return run("podman", "--runtime=runc", *arguments, timeout=timeout, is_to_succeed=is_to_succeed)


def build(tag: str, folder: Path, *, containerfile: Path | None = None) -> None:
    """The certificates are for a package index behind a proxy; they do not get into the image."""
    file = [f"--file={containerfile}"] if containerfile else []
    trusted = [f"--volume={CERTIFICATES}:{CERTIFICATES}:ro"] if CERTIFICATES.exists() else []
    run(
        "buildah",
        "bud",
        "--network=host",
        "--pull-never",
        "--quiet",
        *trusted,
        *file,
        f"--tag={tag}",
        str(folder),
    )


def start(
    name: str, image: str, command: Sequence[str], *, options: Sequence[str], **environment: str
) -> None:
    podman("rm", "--force", "--ignore", name)
    variables = [f"--env={key}={value}" for key, value in environment.items()]
    podman(
        "run", "--detach", f"--name={name}", "--network=host", *LIMITS, *options, *variables, image, *command
    )


def hardening(service: Mapping[str, object]) -> list[str]:
    """What a service of compose.yaml says of its rights, as options of podman."""
    options = ["--read-only"] if service.get("read_only") else []
    for key, option in (("tmpfs", "--tmpfs"), ("cap_drop", "--cap-drop"), ("security_opt", "--security-opt")):
        values = service.get(key, [])
        assert isinstance(values, list)
        options += [f"{option}={str(value).replace(':true', '')}" for value in values]
    return options
