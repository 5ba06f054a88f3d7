"""Probes of what is outside the Python environment: disk, Docker, docker-compose, GPU.

Nothing but the disk is needed to train on this machine, so no probe may keep anyone waiting: each
has a time limit, and all can run at the same time.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import Any, Callable, Dict, NamedTuple, Optional

TIMEOUT = 2.5
NEEDED_GB = 5.0
ONLY_FOR_DOCKER = "needed only to build the image and to train in it"


class Check(NamedTuple):
    """The result of one probe, a line of the doctor's table.

    Attributes:
        name: of the part.
        detail: its version, or what is there instead; may be empty.
        status: ``ok``, ``missing``, ``clash`` (installed, but it will not work) or ``info``.
        remedy: the command or step that fixes a ``missing`` or a ``clash``.
        required: whether training on this machine needs it; Docker, AWS and a GPU are extras.
    """

    name: str
    detail: str
    status: str
    remedy: str = ""
    required: bool = True

    @property
    def blocks(self) -> bool:
        """Whether this keeps photos from becoming a detector on this machine."""
        return self.required and self.status in ("missing", "clash")


class Answer(NamedTuple):
    """The exit code of a command, its output, and the last line of its standard error."""

    code: int
    output: str
    error: str


def run_concurrently(
    functions: Dict[str, Callable[[], Any]], timeout: float = TIMEOUT
) -> Dict[str, Any]:
    """Runs several slow functions at the same time.

    Args:
        functions: without arguments, by name.
        timeout: seconds after which no further result is waited for.

    Returns:
        The results by name. A function that has not ended in time is left out; its thread is a
        daemon and ends with the process.
    """
    results: Dict[str, Any] = {}

    def run_one(name: str) -> None:
        results[name] = functions[name]()

    threads = [threading.Thread(target=run_one, args=(name,), daemon=True) for name in functions]
    deadline = time.monotonic() + timeout
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return dict(results)


def run(*command: str, timeout: float = TIMEOUT) -> Optional[Answer]:
    """Runs a command that changes nothing.

    Returns:
        Its answer; ``None`` when there is no such command or it did not end within ``timeout``
        seconds.
    """
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=timeout,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    errors = done.stderr.decode("utf-8", "replace").strip()
    return Answer(
        done.returncode,
        done.stdout.decode("utf-8", "replace").strip(),
        errors.splitlines()[-1] if errors else "",
    )


def disk(folder: Path) -> Check:
    """Checks the free space on the disk of a folder, which need not exist yet."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(str(existing)).free / 1e9
    detail = f"{free:.0f} GB free at {existing}"
    if free >= NEEDED_GB:
        return Check("disk", detail, "ok")
    return Check("disk", detail, "clash", f"free {NEEDED_GB:g} GB, or work elsewhere: WORK=DIR")


def docker() -> Check:
    """Checks Docker's client, and through it the daemon."""
    if not shutil.which("docker"):
        return Check("Docker", "", "missing", f"install Docker; {ONLY_FOR_DOCKER}", False)
    client = run("docker", "--version")
    version = re.search(r"\d+\.[\d.]*\d", client.output if client else "")
    detail = f"client {version.group(0) if version else 'of unknown version'}"
    daemon = run("docker", "version", "--format", "{{.Server.Version}}")
    if daemon and daemon.code == 0 and daemon.output:
        return Check("Docker", f"{detail}, daemon {daemon.output}", "ok", required=False)
    if daemon and "permission denied" in daemon.error:
        return Check(
            "Docker",
            f"{detail}, no right to use the daemon",
            "clash",
            'sudo usermod -aG docker "$USER", then log in again',
            False,
        )
    return Check(
        "Docker",
        f"{detail}, no daemon",
        "missing",
        f"sudo systemctl start docker, or open Docker Desktop; {ONLY_FOR_DOCKER}",
        False,
    )


def compose() -> Check:
    """Checks ``docker-compose``; SageMaker's SDK does not use the plugin ``docker compose``."""
    name = "docker-compose"
    answer = run(name, "version", "--short")
    if answer and answer.code == 0:
        return Check(name, answer.output, "ok", required=False)
    plugin = run("docker", "compose", "version", "--short")
    detail = f"only the plugin, {plugin.output}" if plugin and plugin.code == 0 else ""
    remedy = "install docker-compose; needed only by SageMaker's local mode"
    if shutil.which("apt-get"):
        remedy = remedy.replace("install", "sudo apt-get install", 1)
    return Check(name, detail, "missing", remedy, False)


def gpu() -> Check:
    """Checks the first GPU through NVIDIA's driver.

    TensorFlow 1.15 was built for CUDA 10.0. On Ampere (compute capability 8.0) and newer it
    compiles every kernel again, for minutes, or hangs (tensorflow issues 44200 and 47066).
    """
    answer = run("nvidia-smi", "--query-gpu=name,compute_cap", "--format=csv,noheader")
    if not answer or answer.code != 0 or not answer.output:
        return Check("GPU", "none; training uses the processor", "info", required=False)
    name, _, capability = answer.output.splitlines()[0].partition(", ")
    detail = f"{name}, compute capability {capability or 'unknown'}"
    if re.match(r"(8|9|\d\d)\.\d", capability):
        return Check(
            "GPU",
            detail,
            "clash",
            "export CUDA_VISIBLE_DEVICES= to leave it unused: "
            "TensorFlow 1.15 hangs or crawls on GPUs newer than Turing",
            False,
        )
    return Check("GPU", detail, "ok", required=False)
