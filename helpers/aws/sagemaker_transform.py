"""Batch transform: a job in which a hosted model answers each photo of a folder in S3.

Photos are sent under their number, since SageMaker's names of objects know less than file systems.
A photo that the server refuses makes SageMaker call the job failed; the answers for the others are
in S3 all the same. SageMaker's local mode writes what the server said into the answer instead, and
puts a folder of the job's name around the answers; both are read here.

Source: the SageMaker developer guide, "Use Batch Transform to Get Inferences from Large Datasets".
"""

from __future__ import annotations

import json
import posixpath
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import (
    Any,
    Callable,
    Dict,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
)

from tqdm.auto import tqdm

from helpers.aws import job_status, s3_objects, s3_upload
from helpers.aws.account import Account
from helpers.aws.error_messages import translated_errors
from helpers.aws.job_status import Job
from helpers.aws.s3_layout import Place, below
from helpers.aws.sagemaker_hosting import BATCH_MB, HostedModel

UNANSWERED = "SageMaker wrote no answer: the server refused it, or the job ended before its turn"
_SUFFIX = ".out"  # that SageMaker puts behind the name of a photo


class Places(NamedTuple):
    """Where a batch job reads and writes; the keys end with a slash.

    Attributes:
        photos: numbered.
        out: the answers.
    """

    photos: Place
    out: Place


def places(model: HostedModel, job: str, name: str) -> Places:
    """The folders of a batch job, beside that of the training job that made the model.

    Args:
        model: its artefact lies in ``PREFIX/JOB/output/``, see :func:`s3_layout.artefact`.
        job: the training job.
        name: of the batch job.
    """
    prefix = model.artefact.key.rpartition(f"{job}/output/")[0]
    folder = Place(model.artefact.bucket, f"{prefix}batch/{name}/")
    return Places(below(folder, "photos/"), below(folder, "out/"))


def numbered(photos: Sequence[str]) -> Dict[str, str]:
    """The key of each photo in its folder.

    Args:
        photos: names.

    Returns:
        Key by name, as ``000007.jpg``; the suffix tells people what it is, and nobody else.
    """
    return {
        photo: f"{number:06d}{Path(photo).suffix.lower()}" for number, photo in enumerate(photos)
    }


def too_large(paths: Mapping[str, Path]) -> Dict[str, str]:
    """Which photos a batch job does not take, and why.

    Args:
        paths: of photos, by name.
    """
    sizes = {name: path.stat().st_size / 1e6 for name, path in paths.items()}
    return {
        name: f"{size:.1f} MB, expected at most {BATCH_MB} MB: not sent"
        for name, size in sizes.items()
        if size > BATCH_MB
    }


def send_photos(paths: Mapping[str, Path], where: Places, account: Account) -> None:
    """Sends photos, numbered in the order in which they are given.

    Args:
        paths: by name.
        where: that they go to.
        account: that must own the bucket.

    Raises:
        BadInput: a photo changed while it was sent, or the bucket lies in another region.
        HelpersError: AWS refused, with its own words.
        MissingPart: there is no such bucket, or it is not this account's.
    """
    keys = numbered(list(paths))
    s3_upload.send_as({keys[name]: path for name, path in paths.items()}, where.photos, account)


def start(client: Any, model: HostedModel, request: Mapping[str, Any]) -> None:
    """Makes the model and starts the job: from here on it costs money.

    Args:
        client: of SageMaker: boto3's, or the ``sagemaker_client`` of a SageMaker session, so that
            local mode serves as well.
        model: that answers.
        request: of ``HostedModel.transform_request``.

    Raises:
        BadInput: names everything that SageMaker or the server would refuse.
        HelpersError: AWS refused, with its own words.
    """
    made = model.model_request()
    with translated_errors(f"model {model.name}"):
        client.create_model(**made)
    with translated_errors(f"batch job {model.name}"):
        client.create_transform_job(**request)


def wait(
    connect: Callable[[], Any],
    name: str,
    on_answer: Callable[[str], Any] = lambda status: None,
    interval: float = job_status.POLL_SECONDS,
) -> str:
    """Waits for a job's end; stopping to wait does not stop it.

    Args:
        connect: gives a client of SageMaker.
        name: of the job.
        on_answer: called with the status, each time that SageMaker is asked.
        interval: seconds between two questions.

    Returns:
        Why it failed or was stopped; empty when it was completed.

    Raises:
        JobRunsOn: nobody answered for an hour.
        HelpersError: AWS refused for good, with its own words.
    """

    def ask() -> job_status.Describe:
        client = connect()

        def describe() -> job_status.Answer:
            answer: job_status.Answer = client.describe_transform_job(TransformJobName=name)
            on_answer(_status(answer))
            return answer

        return describe

    job = Job("Transform", name)
    (reason,) = job_status.wait(job, ask, _status, _outcome, lambda status: None, interval)
    return reason


def answered(where: Places, client: Any) -> int:
    """How many answers there are by now.

    Args:
        where: of the job.
        client: boto3's for S3, whose errors are raised as they are.
    """
    return sum(key.endswith(_SUFFIX) for key in s3_objects.keys(client, where.out))


def _status(answer: job_status.Answer) -> str:
    return str(answer["TransformJobStatus"])


def _outcome(answer: job_status.Answer) -> Optional[Tuple[str]]:
    """The reason alone in a tuple once the job has ended, since an empty text is one, too."""
    status = _status(answer)
    if status in job_status.FAILED:
        return (str(answer.get("FailureReason") or "") or f"SageMaker gives no reason ({status})",)
    return ("",) if status == "Completed" else None


def answers(photos: Sequence[str], where: Places, account: Account) -> List[Dict[str, Any]]:
    """What the model has found, a row for each photo.

    Args:
        photos: names, in the order in which they were sent.
        where: of the job.
        account: whose bucket it is.

    Returns:
        ``image``, the photo's name, with ``width``, ``height`` and ``detections`` as the server
        gives them, or with ``error``.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    names = s3_objects.names(where.out, account)
    keys = {posixpath.basename(name): below(where.out, name) for name in names}
    of_photo = {photo: keys.get(key + _SUFFIX) for photo, key in numbered(photos).items()}
    present = [(photo, place) for photo, place in of_photo.items() if place is not None]
    said = dict(_read(present, account))
    return [
        {"image": photo, **_row(said.get(photo, json.dumps({"error": UNANSWERED})))}
        for photo in photos
    ]


def _read(present: Sequence[Tuple[str, Place]], account: Account) -> Iterator[Tuple[str, str]]:
    client = account.client("s3")

    def read(item: Tuple[str, Place]) -> Tuple[str, str]:
        name, place = item
        body = client.get_object(Bucket=place.bucket, Key=place.key)["Body"]
        return name, body.read().decode("utf-8", "replace")

    with translated_errors("the answers of the batch job"):
        with ThreadPoolExecutor(s3_objects.THREADS) as pool:
            found = pool.map(read, present)
            yield from tqdm(found, "fetch", len(present), unit="photo", disable=None)


def _row(text: str) -> Dict[str, Any]:
    try:
        said = json.loads(text)
        if "error" in said:
            return {"error": str(said["error"])}
        (found,) = said["images"]
        return dict(found)
    except (KeyError, TypeError, ValueError):
        return {"error": f"no answer of this server: {text[:80]!r}"}
