"""One backend over a set of images: what it detects, how good that is, how long it takes."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Deque, Dict, Iterable, Iterator, List, NamedTuple, Sequence, Tuple

import numpy as np

from helpers.evaluation.coco_metrics import CocoMetrics, coco_metrics
from helpers.evaluation.results import DetectionResults
from helpers.inference.backend import Backend
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.tfrecords.tfrecord import RecordImage

_DECODERS = 2
_DECODED_AHEAD = 32  # images, at the size of the model's input


class Times(NamedTuple):
    """Milliseconds that the network and its post-processing take on one image.

    Decoding and resizing are not in them: they run beside it, and are the same for every backend.
    Where a batch runs at once, each of its images counts an equal share.

    Attributes:
        mean: over the images.
        median: over the images.
        p95: the 95th percentile.
    """

    mean: float
    median: float
    p95: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Times:
        """The times of images, from the seconds of each."""
        milliseconds = 1000 * np.asarray(seconds, np.float64)
        return cls(
            float(milliseconds.mean()),
            float(np.median(milliseconds)),
            float(np.percentile(milliseconds, 95)),
        )

    def as_dict(self) -> Dict[str, float]:
        """As ``metrics.json`` names them."""
        return {
            "ms_per_image": round(self.mean, 2),
            "ms_median": round(self.median, 2),
            "ms_p95": round(self.p95, 2),
        }


class BackendEvaluation(NamedTuple):
    """What a backend makes of a set of images.

    Attributes:
        results: its detections beside the ground truth, in the images' order.
        metrics: COCO's.
        times: on this machine.
    """

    results: DetectionResults
    metrics: CocoMetrics
    times: Times

    def as_dict(self) -> Dict[str, Any]:
        """Metrics and times by name, as ``metrics.json`` has them."""
        return {**self.metrics.as_dict(), **self.times.as_dict()}


class _Prepared(NamedTuple):
    """An image ready for the network; ``image`` without its bytes."""

    image: RecordImage
    pixels: np.ndarray
    shape: Tuple[int, ...]


def evaluate_backend(
    backend: Backend, images: Iterable[RecordImage], label_map: LabelMap
) -> BackendEvaluation:
    """Runs a backend over images with its own decoding and resizing.

    Images are decoded in threads while the network runs on those before them, and only as many are
    kept as that takes, so that ``images`` may be read from the records as they are needed.

    Args:
        backend: a loaded model.
        images: with their ground truth; at least one.
        label_map: of the model.

    Raises:
        BadInput: there is no image, one does not decode, or two have one filename.
    """
    evaluated: List[RecordImage] = []
    detections: List[LabeledBoxes] = []
    seconds: List[float] = []
    for batch in _batches(_shown(_prepared(backend, images), backend, images), backend.batch_size):
        if not evaluated:
            _detect(backend, batch[:1])  # the first run of a network takes longer
        started = time.perf_counter()
        detections.extend(_detect(backend, batch))
        taken = time.perf_counter() - started
        seconds.extend([taken / len(batch)] * len(batch))
        evaluated.extend(prepared.image for prepared in batch)
    if not evaluated:
        raise BadInput.of("images", "none to evaluate", "at least one", "Write the records again.")
    results = DetectionResults.of(evaluated, detections, label_map)
    return BackendEvaluation(results, coco_metrics(results), Times.of(seconds))


def _shown(
    prepared: Iterator[_Prepared], backend: Backend, images: Iterable[RecordImage]
) -> Iterator[_Prepared]:
    from tqdm.auto import tqdm

    total = len(images) if isinstance(images, Sequence) else None
    description = f"evaluating {backend.name}"
    yield from tqdm(prepared, description, total, unit="image", disable=None)


def _prepared(backend: Backend, images: Iterable[RecordImage]) -> Iterator[_Prepared]:
    pending: Deque[Any] = deque()
    with ThreadPoolExecutor(_DECODERS) as pool:
        for image in images:
            pending.append(pool.submit(_prepare, backend, image))
            if len(pending) > _DECODED_AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def _prepare(backend: Backend, image: RecordImage) -> _Prepared:
    pixels = backend.decode(image.encoded, image.filename)
    return _Prepared(image._replace(encoded=b""), backend.resize(pixels), pixels.shape)


def _batches(prepared: Iterator[_Prepared], size: int) -> Iterator[List[_Prepared]]:
    batch: List[_Prepared] = []
    for item in prepared:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _detect(backend: Backend, batch: Sequence[_Prepared]) -> List[LabeledBoxes]:
    return backend.detect_batch(
        [prepared.pixels for prepared in batch], [prepared.shape for prepared in batch]
    )
