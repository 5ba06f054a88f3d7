"""Training again: from a model of this work folder, with more photos or other classes."""

from __future__ import annotations

import hashlib
import logging
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, Set, Tuple

from helpers.annotations import csv_table, label_map_file
from helpers.pipeline_config import class_remapping, pipeline
from helpers.pipeline_config.class_remapping import ClassRemapping
from helpers.pretrained import remapped_checkpoint
from helpers.pretrained.remapped_checkpoint import CLASS_PREDICTORS, TrainedModel
from helpers.steps.choose_recipe import AUTO, SECONDS, LastModel, ModelStart, find_start, provenance
from helpers.structures.errors import BadInput
from helpers.system import files, text_table
from helpers.training import finished_jobs
from helpers.training.finished_jobs import FinishedJob
from helpers.training.job_layout import JobLayout
from helpers.workspace import SPLITS, TrainingChannel, Workspace

LAST = "last"
Rows = List[Dict[str, Any]]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PreparedStart:
    """What a run starts from.

    Attributes:
        start: the template and its checkpoint.
        parts: a row each: what is kept, what starts anew and what is dropped.
    """

    start: ModelStart
    parts: Tuple[Mapping[str, Any], ...]

    def rows(self) -> Rows:
        """The parts of the model, for a table."""
        return [dict(part) for part in self.parts]

    def as_text(self) -> str:
        """The parts of the model as a text table."""
        rows = self.rows()
        return "\n".join(text_table.lines([list(rows[0]), *(list(row.values()) for row in rows)]))


def choose_start(work: Workspace, recipe: str, start: str, seconds: float = SECONDS) -> ModelStart:
    """The template of a run and what it starts from, before its classes are known.

    Args:
        work: the work folder.
        recipe: ``auto``, a template's name, or a ``pipeline.config``.
        start: empty for what the recipe starts from; ``last`` for the model that was trained last
            in this work folder, or a job's name or folder.
        seconds: most time that pretrained weights may take to come.

    Raises:
        BadInput: a recipe is named beside a model to start from.
        MissingPart: there is no such model.
    """
    if not start:
        return find_start(recipe, work.checkpoint, seconds)
    if recipe != AUTO:
        raise BadInput.of(
            "RECIPE",
            f"{recipe!r} beside START {start!r}, which keeps the network of its model",
            f"{AUTO!r}",
            "Leave RECIPE or START out.",
        )
    if start == LAST:
        return _start_of(finished_jobs.newest(work.jobs), by_name=False)
    folder = Path(start).expanduser().resolve() if os.sep in start else work.job(start)
    return _start_of(finished_jobs.at(folder), by_name=True)


def _start_of(job: FinishedJob, by_name: bool) -> ModelStart:
    reason = f"fine-tunes {job.folder}, step {job.step}"
    return ModelStart(str(job.model.config), "", reason, last=LastModel(job, by_name))


def remap_classes(start: ModelStart, channel: TrainingChannel, checkpoint: Path) -> PreparedStart:
    """Puts the checkpoint to start from into the checkpoint channel, for the classes of the run.

    Of pretrained weights nothing is changed: the trainer restores what fits. Called again with
    nothing changed since, it starts from the same model, so that the job that came of it is found
    to be finished.

    Args:
        start: of :func:`choose_start`.
        channel: with the split and the label map of the run.
        checkpoint: the folder of the checkpoint channel.

    Raises:
        BadInput: the last model's files do not belong together.
    """
    if start.last is None:
        kept = f"from {start.checkpoint}" if start.checkpoint else "at random"
        return PreparedStart(start, (_row("all layers", kept, start.reason),))
    data = _digest(channel)
    job = start.last.job if start.last.by_name else _origin(checkpoint, start.last.job, data)
    name = remapped_checkpoint.file_prefix(job.name, job.step)
    started = _start_of_start(checkpoint, job)
    facts = {
        "job": job.name,
        "folder": str(job.folder),
        "step": job.step,
        "data": data,
        "start": started,
    }
    config = pipeline.read(job.model.config)
    classes = remapped_checkpoint.write(
        TrainedModel(job.checkpoint, config, label_map_file.read(job.model.label_map)),
        label_map_file.read(channel.label_map),
        checkpoint / name,
        facts,
    )
    made = replace(
        _start_of(job, start.last.by_name),
        checkpoint=name,
        last=LastModel(job, start.last.by_name, classes, started),
    )
    parts = class_remapping.read(checkpoint)["parts"]
    rows = [*_part_rows(parts, classes), *_class_rows(classes), *_split_rows(channel, job)]
    return PreparedStart(made, tuple(rows))


def _row(part: str, becomes: str, detail: str) -> Dict[str, Any]:
    return {"part": part, "becomes": becomes, "detail": detail}


def _digest(channel: TrainingChannel) -> str:
    """What tells the data of a run from others: its tables and its classes."""
    digest = hashlib.sha256()
    for path in filter(Path.is_file, channel.record_inputs):
        digest.update(files.sha256(path).encode())
    return digest.hexdigest()


def _origin(checkpoint: Path, job: FinishedJob, data: str) -> FinishedJob:
    """The job itself, or that which it started from when the data are still those it trained on."""
    record = class_remapping.read(checkpoint)
    if record.get("data") != data or record.get("checkpoint") != job.started_from:
        return job
    origin = finished_jobs.find(Path(record["folder"]))
    return origin if origin and origin.step == record["step"] else job


def _start_of_start(folder: Path, job: FinishedJob) -> Optional[Mapping[str, Any]]:
    """What is known of the weights that a job started from: their source and license."""
    name, record = job.started_from, class_remapping.read(folder)
    if not name:
        return None
    if (record.get("job"), record.get("step")) == (job.name, job.step):
        return dict(record["start"])
    if name == record.get("checkpoint"):
        return {key: record.get(key) for key in ("job", "step", "start")}
    return dict(provenance(folder) or {}, checkpoint=name)


def _part_rows(parts: Iterable[Mapping[str, Any]], classes: ClassRemapping) -> Rows:
    rows = []
    for part in parts:
        kept, of = part["kept"], part["of"]
        becomes, detail = "kept", f"{of} variables"
        if kept < of:
            becomes, detail = ("in part" if kept else "new"), f"{kept} of {of} variables"
        elif part["part"] == CLASS_PREDICTORS and not classes.same:
            becomes, detail = "by class", f"{of} variables; the background's channels are kept"
        rows.append(_row(part["part"], becomes, detail))
    return rows


def _class_rows(classes: ClassRemapping) -> Rows:
    kept = [_row(f"class {name}", "kept", _ids(classes, name)) for name in classes.kept]
    why = "from the initializer"
    if not classes.by_channel:
        why += ": the class channels of this predictor are not known"
    new = [_row(f"class {name}", "new", why) for name in classes.new]
    return [*kept, *new, *(_row(f"class {name}", "dropped", "") for name in classes.dropped)]


def _ids(classes: ClassRemapping, name: str) -> str:
    before, after = classes.before.index(name) + 1, classes.after.index(name) + 1
    return f"id {after}" if before == after else f"id {before}, now {after}"


def _split_rows(channel: TrainingChannel, job: FinishedJob) -> Rows:
    """Images that the last model saw in the other split, which would flatter its metrics."""
    kept = TrainingChannel(JobLayout(job.folder).split)
    before, after = ({name: _images(at.table(name)) for name in SPLITS} for at in (kept, channel))
    rows = []
    for source, target in (SPLITS, SPLITS[::-1]):
        moved = len(before[source] & after[target])
        if moved:
            detail = (
                f"{moved} images that {job.name} had in {source}: metrics are not to be compared; "
                f"to keep its split: python -m helpers split … --earlier {kept.folder}"
            )
            log.warning("%s: %s", channel.table(target), detail)
            rows.append(_row(f"{target} split", "differs", detail))
    return rows


def _images(table: Path) -> Set[Tuple[str, int, int]]:
    if not table.is_file():
        return set()
    return {(image.path, image.width, image.height) for image in csv_table.read(table)}
