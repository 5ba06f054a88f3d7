"""Why the model is as good as it is, in a few sentences with what to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Tuple, Union

from helpers.annotations import csv_table
from helpers.evaluation import diagnosis, diagnosis_facts
from helpers.evaluation.backend_evaluation import evaluate_backend
from helpers.evaluation.diagnosis_facts import Diagnosis, Facts, TrainingFacts
from helpers.evaluation.learning_trend import Curve
from helpers.evaluation.results import DetectionResults
from helpers.inference import checkpoint_files, registry
from helpers.inference.model_folder import ModelFolder
from helpers.pipeline_config import pipeline
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import MissingPart
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import tfrecord
from helpers.training import curves, event_sources
from helpers.training.curves import MAP
from helpers.training.job_layout import JobLayout
from helpers.workspace import TrainingChannel

_LOSS = "loss"  # of the train split, as the curves are named


@dataclass(frozen=True)
class DiagnosisOptions:
    """How a model is looked at.

    Attributes:
        backend: that runs it; empty for the reference.
        sample: most images of the train split to measure it on; 0 leaves that out.
        seed: which images these are.
    """

    backend: str = ""
    sample: int = 100
    seed: int = 0


DEFAULT_OPTIONS = DiagnosisOptions()


@dataclass(frozen=True)
class ModelDiagnosis:
    """What stands out about a model.

    Attributes:
        facts: what it goes by.
        diagnoses: at least one, in the order in which to see to them.
    """

    facts: Facts
    diagnoses: Tuple[Diagnosis, ...]

    def rows(self) -> List[Dict[str, Any]]:
        """A row for each, for a table."""
        return [
            {"code": one.code, "what is so": one.sentence, "what to do": one.remedy}
            for one in self.diagnoses
        ]

    def as_text(self) -> str:
        """The sentences, each with what to do below it."""
        return "\n".join(f"{one.sentence}\n    {one.remedy}" for one in self.diagnoses)

    def weak_spots(self) -> Tuple[str, ...]:
        """The sentences, for the model card; none where nothing stands out."""
        return tuple(one.sentence for one in self.diagnoses if one.code != diagnosis.NOTHING)

    def as_dict(self) -> Dict[str, Any]:
        """Facts and diagnoses as JSON values."""
        return {
            "facts": self.facts.as_dict(),
            "diagnoses": [one._asdict() for one in self.diagnoses],
        }


def diagnose_model(
    graph: Path,
    channel: TrainingChannel,
    job: Optional[Path] = None,
    results: Optional[DetectionResults] = None,
    options: DiagnosisOptions = DEFAULT_OPTIONS,
) -> ModelDiagnosis:
    """Says why a model is as good as it is on the eval split.

    Args:
        graph: the folder of the exported model, or a job folder or a checkpoint's prefix.
        channel: with the records and tables it was trained on.
        job: its job's folder, whose split and event files are used where they are there.
        results: on the eval split, of the same backend; ``None`` runs it.
        options: the backend, and how much of the train split is measured.

    Raises:
        MissingPart: there is no model, or there are no records.
    """
    names, label_map = registry.runnable(graph)
    train_paths = _records(channel, "train") if options.sample else []
    backend = registry.open_backend(options.backend or names[0], graph, label_map)
    if results is None:
        images = tfrecord.read(_records(channel, "eval"), label_map)
        results = evaluate_backend(backend, images, label_map).results
    train_results = None
    if train_paths:
        sample = tfrecord.read_sample(train_paths, label_map, options.sample, options.seed)
        train_results = evaluate_backend(backend, sample, label_map).results
    training = _training_facts(graph, channel, job, label_map)
    facts = diagnosis_facts.gather(results, training, train_results)
    return ModelDiagnosis(facts, tuple(diagnosis.diagnose(facts)))


def _records(channel: TrainingChannel, split: str) -> List[Path]:
    paths = tfrecord.existing(channel.record(split))
    if not paths:
        raise MissingPart(
            f"{channel.record(split)}: not there yet. Run notebook 02_tfrecords first."
        )
    return paths


def _training_facts(
    graph: Path, channel: TrainingChannel, job: Optional[Path], label_map: LabelMap
) -> TrainingFacts:
    images = list(_train_objects(channel, job, label_map))
    labels = Counter(label for boxes in images for label in boxes.labels)
    loss, eval_map = _curves(job)
    return TrainingFacts(
        pipeline.input_size(pipeline.read(_config(graph))),
        len(images),
        sum(not len(boxes) for boxes in images),
        {name: labels[name] for name in label_map.names},
        loss,
        eval_map,
    )


def _train_objects(
    channel: TrainingChannel, job: Optional[Path], label_map: LabelMap
) -> Iterable[LabeledBoxes]:
    """The objects of each train image: by the tables of the split, else by the records."""
    tables = [channel.table("train")]
    if job is not None:
        tables.insert(0, TrainingChannel(JobLayout(job).split).table("train"))
    for table in tables:
        if table.is_file():
            return (record.objects for record in csv_table.read(table))
    return (image.objects for image in tfrecord.read(_records(channel, "train"), label_map))


def _config(graph: Union[str, Path]) -> Path:
    model = ModelFolder.at(graph)
    return model.config if model.config.is_file() else checkpoint_files.find(graph).config


def _curves(job: Optional[Path]) -> Tuple[Curve, Curve]:
    """Loss and mAP of a job; empty where its event files are gone."""
    if job is None:
        return (), ()
    try:
        found = curves.read(event_sources.of_folder(job)).curves
    except MissingPart:
        return (), ()
    return tuple(found.get(_LOSS, ())), tuple(found.get(MAP, ()))
