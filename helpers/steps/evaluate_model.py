"""Measures the exported model on the eval split, backend by backend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Sequence, Tuple

from helpers.evaluation import analysis_files, saved_results
from helpers.evaluation.analysis import Analysis, analyse, choose_threshold
from helpers.evaluation.backend_evaluation import BackendEvaluation, evaluate_backend
from helpers.evaluation.label_errors import LabelErrors, likely_label_errors
from helpers.export.backend_table import BackendTable
from helpers.inference import registry
from helpers.steps.read_parity import metrics_as_text, metrics_rows
from helpers.structures.errors import BadInput, MissingPart
from helpers.structures.label_map import LabelMap
from helpers.system import files
from helpers.tfrecords import tfrecord
from helpers.ui import analysis_plots, evaluation_report, report_page
from helpers.ui.evaluation_report import Evaluated

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from helpers.ui.detection_gallery import DetectionGallery

METRICS, PLOTS, REPORT = "metrics.json", "pictures", "report.html"
MAX_GALLERY = 400  # images


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What every backend does with the eval images.

    Attributes:
        metrics: what ``metrics.json`` holds: ``images`` and ``backends``.
        folder: with all files of the evaluation.
        analyses: by backend, the reference first.
        records: the record files of the images.
        label_errors: places where the annotation is probably wrong, by the reference.
    """

    metrics: Dict[str, Any]
    folder: Path
    analyses: Dict[str, Analysis]
    records: Tuple[Path, ...]
    label_errors: LabelErrors

    def rows(self) -> List[Dict[str, Any]]:
        """The metrics of each backend, without those of single classes, for a table."""
        return metrics_rows(self.metrics)

    def as_text(self) -> str:
        """The metrics of each backend as a text table, and how sure they are."""
        return f"{metrics_as_text(self.metrics)}\n{self.sentence()}"

    def backends(self) -> BackendTable:
        """The backends side by side: mAP, times, file sizes, images on which they disagree."""
        return BackendTable(self.metrics["backends"])

    def sentence(self) -> str:
        """How good the reference is, and how sure that is."""
        return self.analysis().intervals.mAP.sentence()

    @property
    def threshold(self) -> float:
        """Least score of the detections that count where a threshold is needed."""
        return self.analysis().threshold

    def analysis(self, backend: str = "") -> Analysis:
        """The analysis of a backend; of the reference by default."""
        return self.analyses[backend or next(iter(self.analyses))]

    def table(self, name: str, backend: str = "") -> List[Dict[str, Any]]:
        """The rows of a table of ``Analysis.tables``.

        Args:
            name: of the table, as ``per_class``.
            backend: the reference by default.
        """
        return self.analysis(backend).tables()[name]

    def figure(self, name: str, backend: str = "") -> Figure:
        """Draws a figure.

        Args:
            name: one of ``helpers.ui.analysis_plots.PLOTS``.
            backend: the reference by default.
        """
        return analysis_plots.draw(name, self.analysis(backend))

    def gallery(self, backend: str = "", limit: int = MAX_GALLERY) -> DetectionGallery:
        """The worst images with a slider for the threshold.

        Args:
            backend: the reference by default.
            limit: number of images, which are kept in memory.
        """
        from helpers.ui.detection_gallery import DetectionGallery

        analysis = self.analysis(backend)
        worst = analysis.images.worst_first().tolist()[:limit]
        encoded = image_bytes(self.records, analysis.results.label_map, worst)
        return DetectionGallery(
            analysis.results.select(worst), list(encoded.values()), analysis.threshold
        )

    def plot(self, name: str) -> Path:
        """The file of an image: a backend's name for what it finds, or the name of a plot."""
        return self.folder / PLOTS / f"{name}.png"

    @property
    def report(self) -> Path:
        """The page that anybody can open."""
        return self.folder / REPORT

    def write_report(self, diagnoses: Sequence[Mapping[str, Any]] = ()) -> Path:
        """Writes the page again.

        Args:
            diagnoses: rows of a ``ModelDiagnosis``, to stand at its beginning.
        """
        diagnoses = [
            {name: value for name, value in row.items() if name != "code"} for row in diagnoses
        ]
        label_map = self.analysis().results.label_map
        worst = evaluation_report.worst_images(self.analysis())
        names = (*analysis_plots.PLOTS, evaluation_report.INTERVALS)
        evaluated = Evaluated(
            evaluation_report.title_of(label_map.names),
            self.sentence(),
            self._backend_rows(),
            self.analyses,
            self.label_errors,
            diagnoses,
        )
        page = evaluation_report.report(
            evaluated,
            {name: self.plot(name).read_bytes() for name in names},
            image_bytes(self.records, label_map, worst),
        )
        return report_page.save(page, self.report)

    def _backend_rows(self) -> List[Dict[str, Any]]:
        """Metrics and times of each backend, without columns in which there is nothing."""
        rows = [{**one, **two} for one, two in zip(self.rows(), self.backends().rows())]
        kept = [name for name in rows[0] if any(row[name] not in ("", None) for row in rows)]
        return [{name: row[name] for name in kept if name != "ms_per_image"} for row in rows]


def evaluate_model(
    graph: Path,
    records: Path,
    out: Path,
    threshold: float = 0.0,
    count: int = 12,
    backends: Sequence[str] = (),
) -> Evaluation:
    """Runs backends over the eval split, analyses what they find, and writes that down.

    Below ``out``: ``metrics.json``, ``detections.json`` and ``truth.json``, ``analysis.json`` and
    ``tables/``, ``pictures/``, and ``report.html``, a page that needs nothing else.

    Args:
        graph: the folder of the exported model, or a job folder or a checkpoint's prefix, which
            TensorFlow then runs without an export.
        records: the name that the eval shards share, as ``training/eval.record``.
        out: the folder of the results.
        threshold: least score of a detection that counts where a threshold is needed; 0 takes the
            one with the highest F1 over all classes. The metrics count every score.
        count: number of images to draw for each backend.
        backends: those to run; by default all that can run this model.

    Raises:
        MissingPart: no model was exported, or there are no eval records.
        BadInput: there is no such backend, or the threshold is no score.
    """
    if not 0 <= threshold <= 1:
        raise BadInput.of(
            "threshold", f"{threshold:g}", "a score from 0 to 1", "0 takes that of the best F1."
        )
    names, label_map = registry.runnable(graph)
    paths = _existing(records)
    measured = {
        name: evaluate_backend(
            registry.open_backend(name, graph, label_map),
            tfrecord.read(paths, label_map),
            label_map,
        )
        for name in backends or names
    }
    reference = next(iter(measured.values())).results
    threshold = threshold or choose_threshold(reference)
    analyses = {
        name: analyse(values.results, values.metrics, threshold)
        for name, values in measured.items()
    }
    evaluation = Evaluation(
        _metrics(graph, measured), out, analyses, tuple(paths), likely_label_errors(reference)
    )
    _save(evaluation, count)
    return evaluation


def _existing(records: Path) -> List[Path]:
    paths = tfrecord.existing(records)
    if not paths:
        raise MissingPart(f"{records}: not there yet. Run notebook 02_tfrecords first.")
    return paths


def _metrics(graph: Path, measured: Dict[str, BackendEvaluation]) -> Dict[str, Any]:
    sizes = {name: registry.file_bytes(name, graph) for name in measured}
    return {
        "images": len(next(iter(measured.values())).results),
        "backends": BackendTable.of(measured, sizes).backends,
    }


def _save(evaluation: Evaluation, count: int) -> None:
    out, analyses, reference = evaluation.folder, evaluation.analyses, evaluation.analysis()
    saved_results.write({name: one.results for name, one in analyses.items()}, out)
    files.write_json(out / METRICS, evaluation.metrics)
    analysis_files.write(analyses, evaluation.label_errors, out)
    files.write_text(
        out / analysis_files.TABLES / "backends.csv",
        analysis_files.as_csv(evaluation.backends().rows()),
    )
    for name in registry.BACKENDS:
        if name not in analyses and evaluation.plot(name).exists():
            evaluation.plot(name).unlink()
    worst = evaluation_report.worst_images(reference)[:count]
    encoded = image_bytes(evaluation.records, reference.results.label_map, worst)
    evaluation_report.draw_sheets(analyses, encoded, out / PLOTS)
    for name, content in evaluation_report.draw_plots(analyses).items():
        files.write_bytes(evaluation.plot(name), content)
    evaluation.write_report()


def image_bytes(
    paths: Sequence[Path], label_map: LabelMap, indices: Sequence[int]
) -> Dict[int, bytes]:
    """The content of some of the image files in records.

    Args:
        paths: the record files.
        label_map: of the records.
        indices: of the images, in the order of the records.

    Returns:
        By index, in the order of the indices.
    """
    wanted = set(indices)
    found = {
        index: image.encoded
        for index, image in enumerate(tfrecord.read(paths, label_map))
        if index in wanted
    }
    return {index: found[index] for index in indices}
