"""SageMaker's own local mode: its SDK trains in the image on this machine, from channels in S3.

A rehearsal of a job that costs nothing. What the SDK leaves open is closed here: the credentials of
this machine, which it writes into a file for ``docker-compose`` and into the container, go into
neither, since the trainer needs none; the cause of a failure is shown; containers, network and
temporary files are taken away; buckets are read with their owner named.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional

from helpers.aws.account import Account
from helpers.structures.errors import BadInput, JobFailed, MissingPart
from helpers.system import archives, probes, shell, studio
from helpers.training import docker_job, hyperparameters, job_layout, job_watch, local_job
from helpers.training.job_layout import JobLayout
from helpers.training.job_watch import JobStatus, JobWatch, Show
from helpers.training.local_job import JobResult, TrainingJob

WHERE = "local"
COMPOSE = "docker-compose"
_FILE = "docker-compose.yaml"
_PREFIX = re.compile(r"^(?:\x1b\[\d+m)?[\w.-]+\s*\| ?(?:\x1b\[0m ?)?")  # the container's name
_FAILURE = "failure"
_STOP_SECONDS = "60"  # for the trainer to save

log = logging.getLogger(__name__)


def require_available() -> None:
    """Makes sure that this machine has what local mode needs.

    Raises:
        MissingPart: it has no Docker or no docker-compose, or Docker is SageMaker Studio's.
    """
    check = studio.docker()
    if check.status != "ok":
        raise MissingPart(f"Docker: {check.detail or 'not installed'}. {check.remedy}")
    if studio.is_limited():
        raise MissingPart(studio.NO_LOCAL_MODE)
    if shutil.which(COMPOSE) is None:  # its plugin of Docker is not what the SDK starts
        raise MissingPart(
            f"{COMPOSE}: not installed, and SageMaker's local mode needs it. Run: sudo apt-get "
            f"install {COMPOSE}, or train with docker, which needs none."
        )


def train(
    job: TrainingJob,
    channels: Mapping[str, str],
    account: Account,
    image: str,
    show: Optional[Show] = None,
) -> JobResult:
    """Trains to the end; the model and the log are then in the job's folder.

    Args:
        job: its folder, name and hyperparameters.
        channels: address in S3 by channel.
        account: whose bucket it is.
        image: its name on this machine.
        show: is given the job after each change; by default a progress bar.

    Raises:
        BadInput: a hyperparameter is unknown or impossible; nothing is created then.
        JobFailed: says the cause first, then where the log is.
        MissingPart: there is no Docker, no such image or no docker-compose.
    """
    parsed = hyperparameters.parse(job.hyperparameters)
    if parsed.model_dir:
        raise BadInput.of(
            "model_dir",
            parsed.model_dir,
            "none: in local mode the container gets no credentials",
            "Leave model_dir out, or train with docker.",
        )
    require_available()
    layout = job.layout
    layout.base.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        kept = stack.enter_context(open(str(layout.log), "a", encoding="utf-8"))
        show = show or stack.enter_context(job_watch.progress_bar(parsed.num_steps))
        links = {"log": str(layout.log)}
        watch = JobWatch(JobStatus(job.name, WHERE, parsed.num_steps, links=links), show)

        def on_line(line: str) -> None:
            text = _PREFIX.sub("", line)
            kept.write(text)
            kept.flush()
            watch.feed(text)

        cause = _run(job, request(job, channels, image), account, on_line, watch)
        watch.end(job_watch.FAILED if cause else job_watch.COMPLETED, cause)
    if cause:
        raise JobFailed(f"{cause} (job {job.name}, local mode; the whole log: {layout.log})")
    return JobResult(job.name, job.folder, layout.graph, layout.log, local_job.summary(layout.log))


def request(job: TrainingJob, channels: Mapping[str, str], image: str) -> Dict[str, Any]:
    """The request for the SDK's local client.

    Args:
        job: its name and hyperparameters.
        channels: address in S3 by channel.
        image: its name on this machine.
    """
    instance = "local_gpu" if probes.gpu().status == "ok" else "local"
    return {
        "TrainingJobName": job.name,
        "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
        "HyperParameters": hyperparameters.as_strings(job.hyperparameters),
        "InputDataConfig": [_channel(name, uri) for name, uri in sorted(channels.items())],
        "OutputDataConfig": {"S3OutputPath": ""},  # the SDK's temporary folder
        "ResourceConfig": {"InstanceType": instance, "InstanceCount": 1},
        "Environment": {job_layout.STOP_VARIABLE: "0"},
    }


def _channel(name: str, uri: str) -> Dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def _run(
    job: TrainingJob,
    request: Mapping[str, Any],
    account: Account,
    on_line: Callable[[str], Any],
    watch: JobWatch,
) -> str:
    """Runs the SDK; returns why the job failed, empty where it did not."""
    image = request["AlgorithmSpecification"]["TrainingImage"]
    cause = ""
    with _root(image) as root, _without_credentials():
        client = _client(account, root)
        try:
            with contextlib.redirect_stdout(_Lines(on_line)):
                client.create_training_job(**request)
            cause = _cause(root)  # docker-compose does not always end as the container does
        except RuntimeError as error:  # of docker-compose: the container ended with an error
            cause = _cause(root) or str(error)
        except BaseException:
            watch.end(job_watch.STOPPED)
            raise
        finally:
            _take_down(root)
            _own(root, image)
            _keep_model(root, job.layout)
    return cause


def _client(account: Account, root: Path) -> Any:
    from sagemaker.local import LocalSession

    session = LocalSession(account.session())
    session.config = {"local": {"container_root": str(root)}}
    return session.sagemaker_client


@contextlib.contextmanager
def _without_credentials() -> Iterator[None]:
    """The SDK puts no credentials into the compose file, nor into the container."""
    from sagemaker.local import image

    original = image._aws_credentials
    image._aws_credentials = lambda session: None
    try:
        yield
    finally:
        image._aws_credentials = original


@contextlib.contextmanager
def _root(image: str) -> Iterator[Path]:
    """A folder for all that the SDK writes, which is gone afterwards."""
    root = Path(tempfile.mkdtemp(prefix="local-mode-"))
    try:
        yield root
    finally:
        shutil.rmtree(str(root))


def _take_down(root: Path) -> None:
    """Removes the containers and the network, and ends what still runs."""
    for path in sorted(root.glob(f"*/{_FILE}")):
        shell.run([COMPOSE, "--file", str(path), "down", "--timeout", _STOP_SECONDS])


def _own(root: Path, image: str) -> None:
    """What the container wrote as root is given to whoever runs this."""
    user = docker_job.user()
    if not user or not any(root.iterdir()):
        return
    mount = f"type=bind,source={root},target=/written"
    command = ["docker", "run", "--rm", "--network", "none", "--mount", mount]
    shell.run([*command, "--entrypoint", "chown", image, "-R", user, "/written"])


def _cause(root: Path) -> str:
    """The first paragraph of the failure file, which the SDK packs and passes over."""
    for archive in sorted(root.glob("*/compressed_artifacts/output.tar.gz")):
        limits, remedy = archives.UNLIMITED, "The log has the cause."
        packed = archives.read_files(archive, (_FAILURE,), limits, remedy)
        if packed:
            return packed[_FAILURE].decode("utf-8", "replace").split("\n\n", 1)[0]
    return ""


def _keep_model(root: Path, layout: JobLayout) -> None:
    """Unpacks the archive that the SDK made, also of a job that failed."""
    for archive in sorted(root.glob("*/compressed_artifacts/model.tar.gz")):
        beside = layout.base / ".model.part"
        shutil.rmtree(str(beside), ignore_errors=True)
        if not archives.unpack(archive, beside):
            continue  # it failed before there was anything to keep
        shutil.rmtree(str(layout.model), ignore_errors=True)
        beside.rename(layout.model)


class _Lines(io.StringIO):
    """Passes on what is written to it, line by line."""

    def __init__(self, on_line: Callable[[str], Any]) -> None:
        super().__init__()
        self._on_line, self._rest = on_line, ""

    def write(self, text: str) -> int:
        """Takes some text."""
        lines: List[str] = (self._rest + text).splitlines(keepends=True)
        self._rest = "" if not lines or lines[-1].endswith("\n") else lines.pop()
        for line in lines:
            self._on_line(line)
        return len(text)
