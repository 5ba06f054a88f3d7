"""Anchors fitted to the boxes of a data set.

K-means over widths and heights, one minus the intersection over union as the distance (Redmon and
Farhadi, "YOLO9000", 2017, section 2, "Dimension Clusters"). An SSD's anchors are no free list of
shapes: each layer has one scale, and all layers share the aspect ratios. So the clusters only give
the start, from which scales and ratios are then moved for as long as the boxes are met better.
Their number stays, so that a checkpoint still fits and the network is as fast as before.
"""

from __future__ import annotations

from typing import Any, List, NamedTuple, Sequence, Tuple

import numpy as np

from helpers.pipeline_config import anchors, pipeline, protos
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.workspace import TrainingChannel

KIND = "ssd_anchor_generator"
SMALLEST, LARGEST = 0.02, 0.98  # scale of a layer, as a fraction of the input's shorter edge
FLATTEST, TALLEST = 10.0, 0.1  # aspect ratio, width by height
_SAMPLE = 1000  # boxes that are fitted to
_VARIED = 0.25  # by up to this much (in logarithms) each: images still to come differ a little
_ROUNDS = 100
_STEPS = (1.25, 1.1, 1.04, 1.015)  # factors by which scales and ratios are tried


class Fitted(NamedTuple):
    """A config with fitted anchors.

    Attributes:
        config: a ``TrainEvalPipelineConfig``; unchanged where nothing better exists.
        before: mean over the boxes of the overlap with the best anchor of the template, 0 to 1.
        after: the same of this config.
    """

    config: Any
    before: float
    after: float

    def __str__(self) -> str:
        """One line for people."""
        return f"mean overlap of a box with its best anchor {self.before:.3f} -> {self.after:.3f}"


def box_sizes(records: Sequence[ImageRecord], size: Tuple[int, int]) -> np.ndarray:
    """Width and height of every box as the detector sees it.

    Args:
        records: the data set, its boxes valid.
        size: width and height of the detector's input, pixels.

    Returns:
        float (n, 2), pixels of the input.
    """
    sizes = [
        (record.objects.boxes[:, 2:] - record.objects.boxes[:, :2])
        * np.array(size)
        / (record.width, record.height)
        for record in records
    ]
    return np.concatenate([np.empty((0, 2)), *sizes])


def fit(config: Any, sizes: np.ndarray, seed: int = 0) -> Fitted:
    """Moves a config's anchors to where the boxes are.

    Args:
        config: a ``TrainEvalPipelineConfig``; stays as it is.
        sizes: (n, 2), width and height of boxes, pixels of the model's input.
        seed: of the sample of the boxes and of the k-means.

    Raises:
        BadInput: there is no box, or the model has another kind of anchors.
    """
    generator = _generator(config)
    if not len(sizes):
        raise BadInput.of("anchors", "no box", "boxes to fit them to", "Annotate some first.")
    before = mean_overlap(config, sizes)
    rng = np.random.RandomState(seed)
    sample = sizes[rng.randint(len(sizes), size=_SAMPLE)]
    sample = sample * np.exp(rng.uniform(-_VARIED, _VARIED, sample.shape))
    scales, ratios = _initial(sample, generator, pipeline.input_size(config), rng)
    own = (anchors.scales(generator)[:-1], list(generator.aspect_ratios))
    best = max(
        (_climbed(config, sample, *start) for start in (own, (scales, ratios))),
        key=lambda candidate: mean_overlap(candidate, sample),
    )
    after = mean_overlap(best, sizes)
    return Fitted(best, before, after) if after > before else Fitted(config, before, before)


def mean_overlap(config: Any, sizes: np.ndarray) -> float:
    """How well the best anchor fits, on average: intersection over union with middles laid on."""
    return float(anchors.best_overlap(sizes, anchors.shapes(config)).mean())


def _generator(config: Any) -> Any:
    generator = getattr(pipeline.model_of(config), "anchor_generator", None)
    kind = generator.WhichOneof("anchor_generator_oneof") if generator else None
    if generator is None or kind != KIND:
        raise BadInput.of(
            TrainingChannel.CONFIG,
            f"the anchor generator {kind}",
            KIND,
            "Anchors of other kinds cannot be fitted: leave them as they are.",
        )
    return generator.ssd_anchor_generator


def clusters(sizes: np.ndarray, count: int, rng: np.random.RandomState) -> np.ndarray:
    """Shapes such that each box is close to one of them.

    Args:
        sizes: (n, 2), width and height of boxes.
        count: of shapes; there are fewer when there are fewer boxes.
        rng: chooses the boxes to start from.

    Returns:
        float (k, 2), the smallest area first.
    """
    centres = sizes[rng.permutation(len(sizes))[:count]]
    for _ in range(_ROUNDS):
        nearest = _overlaps(sizes, centres).argmax(axis=1)
        moved = np.array(
            [
                np.median(sizes[nearest == number], axis=0)
                for number in range(len(centres))
                if (nearest == number).any()
            ]
        )
        if moved.shape == centres.shape and np.allclose(moved, centres):
            break
        centres = moved
    return centres[np.argsort(centres.prod(axis=1), kind="stable")]


def _overlaps(sizes: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    common = np.minimum(sizes[:, None], shapes[None]).prod(axis=2)
    return common / (sizes.prod(axis=1)[:, None] + shapes.prod(axis=1)[None] - common)


def _initial(
    sizes: np.ndarray, generator: Any, size: Tuple[int, int], rng: np.random.RandomState
) -> Tuple[List[float], List[float]]:
    """Scales and aspect ratios spread over the clusters as the boxes are."""
    layers, kinds = generator.num_layers, len(generator.aspect_ratios)
    shapes = clusters(sizes, layers * max(1, kinds), rng)
    scales = np.sqrt(shapes.prod(axis=1)) / min(size)
    return (
        _spread(scales, layers).clip(SMALLEST, LARGEST).tolist(),
        _spread(shapes[:, 0] / shapes[:, 1], kinds).clip(TALLEST, FLATTEST).tolist(),
    )


def _spread(values: np.ndarray, count: int) -> np.ndarray:
    return np.quantile(values, (np.arange(count) + 0.5) / max(1, count))


def _climbed(
    config: Any, sizes: np.ndarray, scales: Sequence[float], ratios: Sequence[float]
) -> Any:
    """Moves one scale or ratio at a time for as long as that meets the boxes better."""
    values = np.array([*scales, *ratios])
    best = _with(config, values, len(scales))
    reached = mean_overlap(best, sizes)
    for step in _STEPS:
        for _ in range(_ROUNDS):
            was = reached
            for number in range(len(values)):
                for factor in (step, 1 / step):
                    tried = values.copy()
                    tried[number] *= factor
                    candidate = _with(config, tried, len(scales))
                    overlap = mean_overlap(candidate, sizes)
                    if overlap > reached:
                        values, best, reached = tried, candidate, overlap
            if reached == was:
                break
    return best


def _with(config: Any, values: np.ndarray, layers: int) -> Any:
    """A config with these scales, the smallest first, and these aspect ratios."""
    changed = protos.copy_of(config)
    generator = _generator(changed)
    generator.scales[:] = np.sort(values[:layers]).clip(SMALLEST, LARGEST).round(4).tolist()
    generator.aspect_ratios[:] = values[layers:].clip(TALLEST, FLATTEST).round(4).tolist()
    return changed
