"""The jobs that were started on SageMaker and are not fetched yet, kept in ``state.json``.

A job that is paid for must be found again after the kernel, or the machine, is gone.
"""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Tuple

from helpers.aws import s3_layout
from helpers.structures.errors import MissingPart
from helpers.workspace import Workspace

KEY = "launched"


class LaunchedJob(NamedTuple):
    """A job that was started.

    Attributes:
        name: of the job.
        account: twelve digits.
        region: as ``eu-west-1``.
        bucket: of its data.
        prefix: of the project in it; empty is the bucket's root.
        image: with its digest.
        per_hour: of its machine on demand, US dollars; 0 where nobody knows.
        where: ``sagemaker``.
    """

    name: str
    account: str
    region: str
    bucket: str
    prefix: str
    image: str
    per_hour: float = 0.0
    where: str = "sagemaker"

    @classmethod
    def of(cls, answer: Any, account: str, region: str) -> "LaunchedJob":
        """The job of an answer of ``describe_training_job``."""
        output = s3_layout.parse_uri(answer["OutputDataConfig"]["S3OutputPath"])
        image = answer["AlgorithmSpecification"]["TrainingImage"]
        return cls(
            answer["TrainingJobName"], account, region, output.bucket, output.key.rstrip("/"), image
        )

    def state(self) -> Dict[str, Any]:
        """What ``state.json`` keeps of the job in use."""
        names = ("account", "region", "bucket", "prefix", "where")
        return {name: getattr(self, name) for name in names}


def remember(work: Workspace, job: LaunchedJob) -> None:
    """Keeps a job, before and right after it is started."""
    work.remember(**{KEY: dict(_all(work), **{job.name: dict(job._asdict())})})


def forget(work: Workspace, name: str) -> None:
    """Drops a job that was fetched, or that was never started."""
    kept = {key: value for key, value in _all(work).items() if key != name}
    work.remember(**{KEY: kept})


def is_known(work: Workspace, name: str) -> bool:
    """Whether a job was started from this work folder and is not fetched yet."""
    return name in _all(work)


def repeated(work: Workspace, name: str) -> List[LaunchedJob]:
    """Jobs of the same inputs as another one, which the end of their names tells.

    Args:
        work: the work folder.
        name: of a job, as ``train-261127-063415-1a2b3c4d``.
    """
    return [
        LaunchedJob(**values)
        for key, values in sorted(_all(work).items())
        if key != name and _inputs(key) == _inputs(name)
    ]


def _inputs(name: str) -> str:
    """What is left of a name without its date and time."""
    parts = name.split("-")
    return "-".join(parts[:1] + parts[3:])


def recall(work: Workspace, name: str = "") -> LaunchedJob:
    """A job that was started from this work folder.

    Args:
        work: the work folder.
        name: of the job; empty is the last one.

    Raises:
        MissingPart: there is none.
    """
    known = _all(work)
    name = name or max(known, default="")
    if name not in known:
        names = ", ".join(sorted(known)) or "none"
        raise MissingPart(
            f"{work.root / 'state.json'}: found {names} that was started and not fetched, expected "
            f"{name or 'one'}. Name the job."
        )
    return LaunchedJob(**known[name])


def folders(work: Workspace, account: str, region: str) -> List[Tuple[str, str]]:
    """Bucket and prefix of the jobs of an account and region, fetched or not, each once.

    Args:
        work: the work folder that they were started from.
        account: twelve digits.
        region: as ``eu-west-1``.
    """
    known = [*_all(work).values(), work.state()]  # what was fetched last stands in the state itself
    here = (account, region)
    found = {
        (job["bucket"], job["prefix"])
        for job in known
        if (job.get("account"), job.get("region")) == here
    }
    return sorted(found)


def _all(work: Workspace) -> Dict[str, Dict[str, Any]]:
    return dict(work.state().get(KEY, {}))
