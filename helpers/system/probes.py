"""What lies around the Python environment: disk, Docker, compose, AWS, GPU.

None of it is needed to train here, so none of it may keep anyone waiting: each question has a
time limit, and all are asked side by side.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import time
from pathlib import Path
from typing import Any, Callable, Dict, NamedTuple, Optional

PATIENCE = 2.5
NEEDED_GB = 5.0
ONLY_FOR_DOCKER = "needed only to build the image and to train in it"


class Check(NamedTuple):
    """One line of the doctor's table.

    Attributes:
        name: What was looked at.
        found: Its version, or what was seen in its place; may be empty.
        status: ``ok``, ``missing``, ``clash`` (there, but it will not work) or ``info``.
        remedy: The command or step that mends a ``missing`` or a ``clash``.
        required: Whether training on this machine needs it; Docker, AWS and a GPU are extras.
    """

    name: str
    found: str
    status: str
    remedy: str = ""
    required: bool = True

    @property
    def blocks(self) -> bool:
        """Whether this keeps photos from becoming a detector on this machine."""
        return self.required and self.status in ("missing", "clash")


class Answer(NamedTuple):
    """What a command said: its exit code, its output, and the last line of its complaint."""

    code: int
    output: str
    complaint: str


def side_by_side(
    questions: Dict[str, Callable[[], Any]], patience: float = PATIENCE
) -> Dict[str, Any]:
    """Asks several slow questions at once.

    Args:
        questions: Functions without arguments, by name.
        patience: Seconds after which no further answer is waited for.

    Returns:
        The answers by name. What has not answered in time is left out; its thread is a daemon
        and ends with the process.
    """
    answers: Dict[str, Any] = {}

    def ask(name: str) -> None:
        answers[name] = questions[name]()

    threads = [threading.Thread(target=ask, args=(name,), daemon=True) for name in questions]
    deadline = time.monotonic() + patience
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return dict(answers)


def run(*command: str, patience: float = PATIENCE) -> Optional[Answer]:
    """Runs a command that only tells something.

    Returns:
        What it said, or None where there is no such command or it did not end within
        ``patience`` seconds.
    """
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=patience,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    complaint = done.stderr.decode("utf-8", "replace").strip()
    return Answer(
        done.returncode,
        done.stdout.decode("utf-8", "replace").strip(),
        complaint.splitlines()[-1] if complaint else "",
    )


def disk(folder: Path) -> Check:
    """Looks at the room on the disk of a folder, which need not exist yet."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(str(there)).free / 1e9
    found = f"{free:.0f} GB free at {there}"
    if free >= NEEDED_GB:
        return Check("disk", found, "ok")
    return Check("disk", found, "clash", f"free {NEEDED_GB:g} GB, or work elsewhere: WORK=DIR")


def docker() -> Check:
    """Looks for Docker's client and asks it for its daemon."""
    if not shutil.which("docker"):
        return Check("Docker", "", "missing", f"install Docker; {ONLY_FOR_DOCKER}", False)
    client = run("docker", "--version")
    version = re.search(r"\d+\.[\d.]*\d", client.output if client else "")
    found = f"client {version.group(0) if version else 'of unknown version'}"
    daemon = run("docker", "version", "--format", "{{.Server.Version}}")
    if daemon and daemon.code == 0 and daemon.output:
        return Check("Docker", f"{found}, daemon {daemon.output}", "ok", required=False)
    if daemon and "permission denied" in daemon.complaint:
        return Check(
            "Docker",
            f"{found}, no right to use the daemon",
            "clash",
            'sudo usermod -aG docker "$USER", then log in again',
            False,
        )
    return Check(
        "Docker",
        f"{found}, no daemon",
        "missing",
        f"sudo systemctl start docker, or open Docker Desktop; {ONLY_FOR_DOCKER}",
        False,
    )


def compose() -> Check:
    """Looks for ``docker-compose``; the plugin ``docker compose`` does not serve this SDK."""
    name = "docker-compose"
    answer = run(name, "version", "--short")
    if answer and answer.code == 0:
        return Check(name, answer.output, "ok", required=False)
    plugin = run("docker", "compose", "version", "--short")
    found = f"only the plugin, {plugin.output}" if plugin and plugin.code == 0 else ""
    remedy = "install docker-compose; needed only by SageMaker's local mode"
    if shutil.which("apt-get"):
        remedy = remedy.replace("install", "sudo apt-get install", 1)
    return Check(name, found, "missing", remedy, False)


def gpu() -> Check:
    """Asks NVIDIA's driver for the first GPU.

    TensorFlow 1.15 was built for CUDA 10.0. On Ampere (compute capability 8.0) and newer it
    compiles every kernel anew for minutes, or hangs (tensorflow issues 44200 and 47066).
    """
    answer = run("nvidia-smi", "--query-gpu=name,compute_cap", "--format=csv,noheader")
    if not answer or answer.code != 0 or not answer.output:
        return Check("GPU", "none; training uses the processor", "info", required=False)
    name, _, capability = answer.output.splitlines()[0].partition(", ")
    found = f"{name}, compute capability {capability or 'unknown'}"
    if re.match(r"(8|9|\d\d)\.\d", capability):
        return Check(
            "GPU",
            found,
            "clash",
            "export CUDA_VISIBLE_DEVICES= to leave it unused: "
            "TensorFlow 1.15 hangs or crawls on GPUs newer than Turing",
            False,
        )
    return Check("GPU", found, "ok", required=False)


def aws() -> Check:
    """Asks AWS whose credentials these are; one call, no retries."""
    title = "AWS identity"
    try:
        import boto3
        import botocore.session
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        return Check(title, "boto3 is not installed", "missing", "make setup", False)
    core = botocore.session.Session()
    try:
        if not _on_ec2():
            # Elsewhere the address of EC2's credentials answers to nobody, and is waited for.
            core.get_component("credential_provider").remove("iam-role")
        session = boto3.Session(botocore_session=core)
        if session.get_credentials() is None:
            return Check(
                title,
                "no credentials",
                "missing",
                "aws configure; needed only to train on Amazon",
                False,
            )
        config = Config(connect_timeout=2, read_timeout=2, retries={"max_attempts": 0})
        sts = session.client("sts", session.region_name or "us-east-1", config=config)
        arn = sts.get_caller_identity()["Arn"]
    except (BotoCoreError, ClientError, ValueError) as error:
        return Check(
            title,
            f"{type(error).__name__}: {error}",
            "clash",
            "aws configure, or aws sso login, with the network on",
            False,
        )
    if session.region_name is None:
        return Check(
            title,
            f"{arn}, no region",
            "clash",
            "export AWS_DEFAULT_REGION=us-east-1, or your own",
            False,
        )
    return Check(title, f"{arn}, {session.region_name}", "ok", required=False)


def _on_ec2() -> bool:
    vendor = Path("/sys/devices/virtual/dmi/id/sys_vendor")
    try:
        return "Amazon" in vendor.read_text()
    except OSError:
        return False
