"""The model folder that the Raspberry Pi needs."""

from __future__ import annotations

import itertools
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

from helpers.annotations import label_map_file
from helpers.evaluation import bootstrap, precision_recall
from helpers.evaluation.backend_evaluation import evaluate_backend
from helpers.evaluation.results import DetectionResults
from helpers.export import bundle, bundle_zip, self_test
from helpers.export.bundle import BundleFacts
from helpers.export.data_facts import data_facts
from helpers.export.parity import MAX_IMAGES
from helpers.export.self_test import SelfTest
from helpers.inference import registry
from helpers.inference.model_folder import REPORT, ModelFolder
from helpers.pipeline_config import pipeline, warm_start
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.system import files
from helpers.tfrecords import tfrecord
from helpers.training.job_layout import JobLayout
from helpers.workspace import TrainingChannel, Workspace

log = logging.getLogger(__name__)
_BACKEND = "opencv"  # every device has it


@dataclass(frozen=True)
class PiBundle:
    """The model folder for the device.

    Attributes:
        folder: holds the model's files and ``model.json``.
        threshold: least score that the device reports; ``None`` where none was chosen.
        archive: ``pi/`` with the model in it, as a zip archive, where one was made.
    """

    folder: Path
    threshold: Optional[float] = None
    archive: Optional[Path] = None

    def rows(self) -> List[Dict[str, Any]]:
        """Name and size of each file, for a table."""
        return file_rows(self.folder)

    def sentence(self) -> str:
        """The threshold, and whether there is a self-test."""
        tested = (self.folder / self_test.EXPECTED).is_file()
        chosen = "no threshold of its own" if self.threshold is None else f"{self.threshold:.3g}"
        return f"threshold: {chosen}; self-test: {'yes' if tested else 'no'}"

    def as_text(self) -> str:
        """The path of the folder, and on a line of its own that of the archive."""
        return "\n".join(str(path) for path in (self.folder, self.archive) if path)


def file_rows(folder: Path) -> List[Dict[str, Any]]:
    """Name and size of each file of a folder, sorted."""
    return [
        {"file": path.name, "kB": path.stat().st_size // 1000} for path in sorted(folder.iterdir())
    ]


@dataclass(frozen=True)
class BundleData:
    """The data of a model, where it is still there.

    Attributes:
        records: the name that the eval shards share.
        tables: of the splits.
    """

    records: Path
    tables: Tuple[Path, ...]


def bundle_data(work: Workspace) -> BundleData:
    """The data of the job in use: the tables that it was trained on, and the eval records."""
    job = work.state().get("job")
    kept = TrainingChannel(JobLayout(work.job(job)).split).tables() if job else []
    return BundleData(work.channel.record("eval"), tuple(kept or work.channel.tables()))


@dataclass(frozen=True)
class BundleOptions:
    """What goes into a bundle besides the export.

    Attributes:
        threshold: least score that the device reports, 0..1; ``None``: that of the best F1.
        results: what the model finds on the eval split, as evaluated before; ``None``: OpenCV runs
            over it now.
        weak_spots: what the model is known to be bad at, a sentence each, for the model card;
            empty where nothing stands out, ``None`` where nobody looked.
        zip: also pack ``pi/`` with the model in it into one file.
    """

    threshold: Optional[float] = None
    results: Optional[DetectionResults] = None
    weak_spots: Optional[Tuple[str, ...]] = None
    zip: bool = False


DEFAULT_OPTIONS = BundleOptions()


def make_bundle(
    graph: Path,
    out: Union[str, Path],
    state: Mapping[str, Any],
    data: Optional[BundleData] = None,
    options: BundleOptions = DEFAULT_OPTIONS,
) -> PiBundle:
    """Copies an exported model into the Pi bundle, with what trained it and what it can do.

    Args:
        graph: the folder of the exported model.
        out: the folder to make.
        state: of the work folder; ``job`` and ``hyperparameters`` go into ``model.json``, and
            ``start`` where the model started from there.
        data: of the model; without it there is no self-test, and no threshold but a given one.
        options: threshold, zip archive, and what is known already.

    Raises:
        MissingPart: no model was exported.
        BadInput: the threshold is none, or ``out`` holds something else than a bundle.
    """
    if options.threshold is not None and not 0 <= options.threshold <= 1:
        raise BadInput.of(
            "threshold", str(options.threshold), "0 to 1", "Leave it out for that of the best F1."
        )
    trained = {key: state[key] for key in ("job", "hyperparameters") if key in state}
    trained.update(_start(ModelFolder(graph), state))
    facts = _facts(ModelFolder(graph), data, options)
    made = bundle.make(graph, out, trained, facts)
    archive = bundle_zip.write(made, bundle_zip.path_for(made)) if options.zip else None
    return PiBundle(made, facts.threshold, archive)


def _facts(model: ModelFolder, data: Optional[BundleData], options: BundleOptions) -> BundleFacts:
    """What is known of a model that passed; of another nothing, which ``bundle.make`` refuses."""
    exported = files.read_json(model.report) if model.report.is_file() else {}
    known = BundleFacts(options.threshold, weak_spots=options.weak_spots)
    if data is None or not exported.get("passed"):
        return known
    label_map = label_map_file.read(model.label_map)
    counted = data_facts(data.tables) if data.tables else None
    paths = _records_of(data, label_map)
    results = options.results or _measured(model, paths, label_map)
    if results is None:
        log.warning(
            "WARNING: no eval records of this model: the bundle has no self-test, and no threshold "
            "of its own unless one is given"
        )
        return BundleFacts(options.threshold, None, counted, None, options.weak_spots)
    threshold = options.threshold
    if threshold is None:
        threshold = precision_recall.best_thresholds(results).overall.threshold
    intervals = bootstrap.intervals(results)
    return BundleFacts(
        None if threshold is None else round(threshold, 6),
        _self_test(model, paths, results, threshold or 0.0),
        counted,
        {"mAP": intervals.mAP.as_dict(), "mAP50": intervals.mAP50.as_dict()},
        options.weak_spots,
    )


def _records_of(data: BundleData, label_map: LabelMap) -> List[Path]:
    """The eval records; none where they were written for other classes than the model's."""
    beside = TrainingChannel(data.records.parent).label_map
    if not beside.is_file() or label_map_file.read(beside) != label_map:
        return []
    return tfrecord.existing(data.records)


def _measured(
    model: ModelFolder, paths: List[Path], label_map: LabelMap
) -> Optional[DetectionResults]:
    if not paths:
        return None
    images = itertools.islice(tfrecord.read(paths, label_map), MAX_IMAGES)
    backend = registry.open_backend(_BACKEND, model.folder, label_map)
    return evaluate_backend(backend, images, label_map).results


def _self_test(
    model: ModelFolder, paths: List[Path], results: DetectionResults, threshold: float
) -> Optional[SelfTest]:
    index = self_test.choose(results, threshold)
    if index is None:
        log.warning("WARNING: the model finds nothing on the eval split: no self-test")
        return None
    wanted = results.filenames[index]
    images = tfrecord.read(paths, results.label_map)
    image = next((image for image in images if image.filename == wanted), None)
    if image is None:
        raise BadInput.of(
            paths[0] if paths else REPORT,
            f"no image {wanted}",
            "the images that were evaluated",
            "Evaluate again.",
        )
    kind = (files.read_json(model.report).get("tflite") or {}).get("kind")
    return self_test.expectations(model, image, results.label_map, kind)


def _start(model: ModelFolder, state: Mapping[str, Any]) -> Dict[str, Any]:
    """What the model started from, unless another start was chosen since."""
    start = state.get("start")
    if not start or not model.config.is_file():
        return {}
    name = warm_start.started_from(pipeline.read(model.config))
    return {"start": start} if (start["checkpoint"] or "") == name else {}
