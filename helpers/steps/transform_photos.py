"""A folder of photos through the model of a SageMaker job: planned, shown, then one batch job."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from tqdm.auto import tqdm

from helpers.annotations.image_index import ImageIndex
from helpers.aws import identity, job_cost, job_status, pricing, sagemaker_transform
from helpers.aws.account import Account
from helpers.aws.identity import Identity
from helpers.aws.pricing import Price
from helpers.aws.sagemaker_hosting import INSTANCE_TYPE, HostedModel
from helpers.aws.sagemaker_transform import Places
from helpers.steps import host_model
from helpers.structures.errors import BadInput, HelpersError
from helpers.system import files
from helpers.system.files import PathLike
from helpers.workspace import Workspace

KEY = "batch"  # in ``state.json``: the job that is not fetched yet
_LONGEST = 63  # characters of a job's name
_PHOTOS, _DETECTIONS = "photos.json", "detections.jsonl"


@dataclass(frozen=True)
class TransformPlan:
    """A batch job before anything is sent.

    Attributes:
        me: who sends it; an example cannot.
        model: with the name of the batch job.
        images: the folder of the photos.
        paths: the photos that are sent, by name.
        left_out: why, by the name of a photo that is not.
        where: they go to and the answers come from.
        instance_type: of the machine.
        price: of the time that it is expected to take at most.
        under_way: whether this job was started before; it is followed then, not started again.
    """

    me: Identity
    model: HostedModel
    images: Path
    paths: Mapping[str, Path]
    left_out: Mapping[str, str]
    where: Places
    instance_type: str
    price: Price
    under_way: bool = False

    def requests(self) -> List[Dict[str, Any]]:
        """The requests, in their order."""
        photos, out = self.where
        transform = self.model.transform_request(photos, out, self.instance_type)
        return [self.model.model_request(), transform]

    def as_text(self) -> str:
        """What it costs, and who sends it."""
        cost = f"{self.price}, more where photos take longer than expected"
        state = "under way: it is followed, not started again" if self.under_way else cost
        return (
            f"batch job {self.model.name}: {len(self.paths)} photos, {len(self.left_out)} left "
            f"out. {state}.\n{self.me.unavailable_reason or self.me.arn}"
        )


@dataclass(frozen=True)
class Detections:
    """What a batch job has found.

    Attributes:
        file: JSON Lines, a photo each: ``image`` with ``width``, ``height`` and ``detections``,
            or with ``error``.
        photos: the same.
        reason: why SageMaker calls the job failed; empty where it does not.
    """

    file: Path
    photos: Sequence[Mapping[str, Any]]
    reason: str = ""

    def rows(self) -> List[Dict[str, Any]]:
        """For a table: each photo with its objects by class, or with what was wrong."""
        return [
            {
                "image": photo["image"],
                "objects": len(photo.get("detections", ())),
                "classes": ", ".join(_counted(photo)),
                "error": photo.get("error", ""),
            }
            for photo in self.photos
        ]

    def as_text(self) -> str:
        """How many there are, each photo without an answer, and where all of it stands."""
        wrong = [photo for photo in self.photos if "error" in photo]
        objects = sum(len(photo.get("detections", ())) for photo in self.photos)
        lines = [f"{objects} objects on {len(self.photos) - len(wrong)} photos: {self.file}"]
        lines += [f"{photo['image']}: {photo['error']}" for photo in wrong]
        return "\n".join(lines + ([f"SageMaker says: {self.reason}"] if self.reason else []))


def _counted(photo: Mapping[str, Any]) -> List[str]:
    counts = Counter(found["label"] for found in photo.get("detections", ()))
    return [f"{count} {label}" for label, count in sorted(counts.items())]


def plan_transform(
    work: Workspace, images: PathLike, instance_type: str = INSTANCE_TYPE
) -> TransformPlan:
    """Plans a batch job for the model of the job in use; nothing is sent.

    Where a job was started that has not been fetched yet, the plan is to follow that one.

    Args:
        work: the work folder; its state names the training job.
        images: the folder of the photos, JPEG or PNG, which may lie in folders of it.
        instance_type: of the machine.

    Raises:
        BadInput: there is no photo, or no model, or the price of the instance type is not known.
        HelpersError: AWS refused, with its own words.
    """
    me, model = host_model.model_in_use(work)
    name = "" if me.unavailable_reason else str(work.state().get(KEY) or "")
    if name:
        before = files.read_json(_folder(work, name) / _PHOTOS)
        images, photos, left_out = Path(before["images"]), before["photos"], before["left_out"]
        paths = {photo: images / photo for photo in photos}
    else:
        index = ImageIndex(images)
        found = {path: index.root / path for path in index.paths}
        left_out = sagemaker_transform.too_large(found)
        paths = {path: found[path] for path in found if path not in left_out}
    if not paths:
        raise BadInput.of(images, "no photo to send", "JPEG or PNG", "Name another folder.")
    hourly = pricing.tabled(instance_type, me.region)
    rate = job_cost.IMAGES_PER_SECOND[instance_type]  # of training, which takes longer
    hours = (job_cost.AROUND + len(paths) / rate) / 3600
    job_name = name or _name(model.name)
    return TransformPlan(
        me,
        model.named(job_name),
        Path(images),
        paths,
        left_out,
        sagemaker_transform.places(model, model.name, job_name),
        instance_type,
        pricing.of_hours(instance_type, hours, hourly),
        bool(name),
    )


def _name(job: str) -> str:
    end = time.strftime("-batch-%y%m%d-%H%M%S", time.gmtime())
    return job[: _LONGEST - len(end)] + end


def _folder(work: Workspace, name: str) -> Path:
    return work.root / "batch" / name


def transform(
    work: Workspace, plan: TransformPlan, confirm: bool, interval: float = job_status.POLL_SECONDS
) -> Detections:
    """Sends the photos, runs the job, waits with a bar, and fetches what was found.

    Interrupted, the job runs on to its end; planned and called again, this follows it.

    Args:
        work: the work folder; the result is ``batch/NAME/detections.jsonl`` in it.
        plan: of :func:`plan_transform`.
        confirm: that its price was seen; nobody is asked again about a job that is under way.
        interval: seconds between two questions.

    Raises:
        BadInput: it was not; nothing was sent then.
        HelpersError: AWS refused, with its own words.
        JobFailed: no photo has an answer; the message starts with the cause.
        MissingPart: nobody knows who we are on AWS; nothing was sent.
    """
    account = identity.account(plan.me)
    if not plan.under_way:
        if not confirm:
            raise BadInput(f"not started: {plan.price}. Set BATCH to True to start it.")
        _start(work, plan, account)
    reason = _follow(plan, account, interval)
    work.remember(**{KEY: ""})
    photos, errors = _rows(plan, account)
    if reason and len(errors) == len(photos):
        raise job_status.Job("Transform", plan.model.name).failed(reason)
    file = _folder(work, plan.model.name) / _DETECTIONS
    files.write_text(file, "".join(f"{json.dumps(photo)}\n" for photo in photos))
    return Detections(file, photos, reason)


def _start(work: Workspace, plan: TransformPlan, account: Account) -> None:
    name, images = plan.model.name, str(plan.images.resolve())
    kept = {"images": images, "photos": list(plan.paths), "left_out": dict(plan.left_out)}
    files.write_json(_folder(work, name) / _PHOTOS, kept)
    sagemaker_transform.send_photos(plan.paths, plan.where, account)
    work.remember(**{KEY: name})  # before: the answer may be lost, the job not
    try:
        client = account.client("sagemaker")
        sagemaker_transform.start(client, plan.model, plan.requests()[1])
    except HelpersError:
        work.remember(**{KEY: ""})
        raise


def _follow(plan: TransformPlan, account: Account, interval: float) -> str:
    storage = account.client("s3")
    with tqdm(total=len(plan.paths), desc="batch job", unit="photo", disable=None) as bar:

        def show(status: str) -> None:
            bar.n = sagemaker_transform.answered(plan.where, storage)
            bar.set_postfix_str(status)

        return sagemaker_transform.wait(
            lambda: account.client("sagemaker"), plan.model.name, show, interval
        )


def _rows(
    plan: TransformPlan, account: Account
) -> Tuple[List[Dict[str, Any]], List[Dict[str, Any]]]:
    """The row of each photo by name, and those without an answer."""
    rows = sagemaker_transform.answers(list(plan.paths), plan.where, account)
    rows += [{"image": name, "error": reason} for name, reason in plan.left_out.items()]
    rows.sort(key=lambda row: str(row["image"]))
    return rows, [row for row in rows if "error" in row]
