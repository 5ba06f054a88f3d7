"""Two models on the same images: which is better, how sure that is, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Sequence, Tuple, Union

from helpers.evaluation import saved_results
from helpers.evaluation.analysis import choose_threshold
from helpers.evaluation.analysis_files import as_csv
from helpers.evaluation.backend_evaluation import evaluate_backend
from helpers.evaluation.bootstrap import Difference, difference
from helpers.evaluation.coco_metrics import CocoMetrics, coco_metrics
from helpers.evaluation.comparison import ImageDifferences, aligned, image_differences
from helpers.evaluation.results import DetectionResults
from helpers.inference import registry
from helpers.inference.model_folder import ModelFolder
from helpers.structures.errors import BadInput, MissingPart
from helpers.system import files, text_table
from helpers.tfrecords import tfrecord
from helpers.ui import comparison_report, report_page
from helpers.ui.comparison_report import Compared

if TYPE_CHECKING:
    from matplotlib.figure import Figure

METRICS = ("mAP", "mAP50", "mAP75", "AR100")
REPORT, DATA = "comparison.html", "comparison.json"
_TAILS = (["evaluation"], ["model", "graph"])
_DECIMALS = 4


@dataclass(frozen=True, eq=False)
class ModelComparison:
    """Two models on the same images.

    Attributes:
        names: of the models: what differs in their paths.
        results: of the two, images in one order.
        metrics: of the two.
        difference: of the second's mAP from the first's, with its interval.
        images: on which they differ.
        folder: of the files.
    """

    names: Tuple[str, str]
    results: Tuple[DetectionResults, DetectionResults]
    metrics: Tuple[CocoMetrics, CocoMetrics]
    difference: Difference
    images: ImageDifferences
    folder: Path

    def rows(self) -> List[Dict[str, Any]]:
        """A row for each metric and for the AP of each class: both models and the difference."""
        first, second = self.metrics
        rows = [self._row(name, getattr(first, name), getattr(second, name)) for name in METRICS]
        return rows + [self._row(f"AP {name}", *pair) for name, pair in self.per_class().items()]

    def per_class(self) -> Dict[str, Tuple[Optional[float], Optional[float]]]:
        """The AP of both models by class; ``None`` of a class that a model does not know."""
        first, second = (one.per_class for one in self.metrics)
        return {
            name: (first.get(name), second.get(name)) for name in dict.fromkeys([*first, *second])
        }

    def _row(self, name: str, first: Optional[float], second: Optional[float]) -> Dict[str, Any]:
        change = None if first is None or second is None else _rounded(second - first)
        return {
            "metric": name,
            self.names[0]: _rounded(first),
            self.names[1]: _rounded(second),
            "difference": change,
        }

    def sentence(self) -> str:
        """Which is better, and how sure that is."""
        return self.difference.sentence()

    def as_text(self) -> str:
        """The metrics as a text table, then the sentence."""
        rows = self.rows()
        cells = [tuple(rows[0])] + [
            tuple("-" if value is None else value for value in row.values()) for row in rows
        ]
        return "\n".join([*text_table.lines(cells, "<>"), self.sentence()])

    def as_dict(self) -> Dict[str, Any]:
        """All of it as JSON values."""
        return {
            "models": list(self.names),
            "thresholds": list(self.images.thresholds),
            "metrics": [one.as_dict() for one in self.metrics],
            "difference": self.difference.as_dict(),
            "images": self.images.rows(),
        }

    def figure(self) -> Figure:
        """The AP of each class of both models."""
        return comparison_report.per_class(self.per_class(), self.names)

    @property
    def report(self) -> Path:
        """The page that anybody can open."""
        return self.folder / REPORT


@dataclass(frozen=True)
class ComparisonOptions:
    """How two models are compared.

    Attributes:
        backend: that runs both, or whose saved detections are taken; empty for the reference.
        threshold: least score of a detection that counts on an image; 0 takes of each model the
            one with the highest F1.
    """

    backend: str = ""
    threshold: float = 0.0


DEFAULT_OPTIONS = ComparisonOptions()


def compare_models(
    first: Union[str, Path],
    second: Union[str, Path],
    records: Path,
    out: Path,
    options: ComparisonOptions = DEFAULT_OPTIONS,
) -> ModelComparison:
    """Compares two models on the eval split, and writes that down.

    Below ``out``: ``comparison.json``, ``comparison.html``, and a CSV file for each table.

    Args:
        first: a saved evaluation; the folder of an exported model; a work folder with one of
            these; a job folder or a checkpoint's prefix.
        second: likewise.
        records: the name that the eval shards share; read where a model is run.
        out: the folder of the results.
        options: backend and threshold.

    Raises:
        MissingPart: there is no model or no evaluation, or there are no eval records.
        BadInput: the two were evaluated on different images, or there is no such backend.
    """
    names = distinct_names(first, second)
    one = detections_of(first, records, options.backend)
    two = aligned(one, detections_of(second, records, options.backend))
    own = options.threshold
    thresholds = own or choose_threshold(one), own or choose_threshold(two)
    comparison = ModelComparison(
        names,
        (one, two),
        (coco_metrics(one), coco_metrics(two)),
        difference(one, two),
        image_differences(one, two, thresholds),
        out,
    )
    _save(comparison, records)
    return comparison


def distinct_names(first: Union[str, Path], second: Union[str, Path]) -> Tuple[str, str]:
    """Names of two models: their paths without what both have at the beginning and the end.

    Nor does a name say in which folder of a work folder an evaluation or a model lies.
    """
    one, two = (list(Path(path).parts) for path in (first, second))
    for tail in _TAILS:
        one, two = (
            parts[: -len(tail)] if parts[-len(tail) :] == tail else parts for parts in (one, two)
        )
    while one and two and one[0] == two[0]:
        one, two = one[1:], two[1:]
    while one and two and one[-1] == two[-1]:
        one, two = one[:-1], two[:-1]
    if one == two:
        return "first", "second"
    return "/".join(one) or "first", "/".join(two) or "second"


def detections_of(model: Union[str, Path], records: Path, backend: str = "") -> DetectionResults:
    """What a model detects: saved with an evaluation, or found by running it.

    Args:
        model: as for :func:`compare_models`.
        records: the name that the eval shards share.
        backend: empty for the reference.

    Raises:
        MissingPart: there is no model and no evaluation.
        BadInput: there is no such backend.
    """
    for folder in (Path(model), Path(model) / "evaluation"):
        if saved_results.exists(folder):
            return _saved(folder, backend)
    graph = Path(model) / "model" / "graph"
    path = graph if ModelFolder.at(graph).label_map.is_file() else Path(model)
    names, label_map = registry.runnable(path)
    shards = tfrecord.existing(records)
    if not shards:
        raise MissingPart(f"{records}: not there yet. Run notebook 02_tfrecords first.")
    runner = registry.open_backend(backend or names[0], path, label_map)
    return evaluate_backend(runner, tfrecord.read(shards, label_map), label_map).results


def _saved(folder: Path, backend: str) -> DetectionResults:
    results = saved_results.read(folder)
    name = backend or next(iter(results))
    if name not in results:
        raise BadInput.of(
            folder / saved_results.DETECTIONS,
            f"no detections of the backend {name!r}",
            f"one of {list(results)}",
            "Choose one of them, or evaluate the model again.",
        )
    return results[name]


def _save(comparison: ModelComparison, records: Path) -> None:
    out = comparison.folder
    files.write_json(out / DATA, comparison.as_dict())
    files.write_text(out / "metrics.csv", as_csv(comparison.rows()))
    files.write_text(out / "images.csv", as_csv(comparison.images.rows()))
    shown: Sequence[int] = comparison.images.order().tolist()[: comparison_report.MAX_IMAGES]
    names = [comparison.results[0].filenames[index] for index in shown]
    encoded = _named_bytes(records, comparison.results[0], names)
    compared = Compared(
        comparison.names,
        comparison.results,
        comparison.sentence(),
        comparison.rows(),
        comparison.per_class(),
        comparison.images,
    )
    report_page.save(comparison_report.report(compared, encoded), comparison.report)


def _named_bytes(
    records: Path, results: DetectionResults, names: Sequence[str]
) -> Dict[str, bytes]:
    """The content of image files by name; none where the records are gone."""
    shards, wanted = tfrecord.existing(records), set(names)
    images = tfrecord.read(shards, results.label_map) if wanted else iter(())
    return {image.filename: image.encoded for image in images if image.filename in wanted}


def _rounded(value: Optional[float]) -> Optional[float]:
    return None if value is None else round(value, _DECIMALS)
