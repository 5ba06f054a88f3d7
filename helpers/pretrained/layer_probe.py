"""How well the layers of a checkpoint tell the objects of a data set apart before any training.

A linear classifier on what a layer gives inside the boxes, cross-validated over the images: a
linear probe (Alain and Bengio, "Understanding intermediate layers using linear classifier probes",
2016). Where a layer already separates the classes from each other and from the background, it and
those below it need no training. It costs one pass over some images.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Sequence, Union

import numpy as np

from helpers.pipeline_config import detection_model, pipeline
from helpers.structures.boxes import LabeledBoxes, iou
from helpers.structures.errors import BadInput

BACKGROUND = ""  # the name of no class
_SCOPE = "FeatureExtractor/"
_BATCH = 8
_FOLDS = 8
_BOXES = 6  # of one image at most
_RIDGE = 0.03
_TRIES = 20  # for a place beside the objects
_OVERLAP = 0.2  # of a place beside the objects with an object, at most


class ProbeImage(NamedTuple):
    """One image of a probe.

    Attributes:
        pixels: uint8 (height, width, 3), RGB, of the detector's input size.
        objects: ground truth in absolute pixels of ``pixels``.
    """

    pixels: np.ndarray
    objects: LabeledBoxes


def accuracies(
    config: Any,
    checkpoint: Union[str, Path],
    images: Sequence[ProbeImage],
    layers: Sequence[str],
    seed: int = 0,
) -> Dict[str, float]:
    """The balanced accuracy that a linear classifier reaches on what each layer gives.

    Args:
        config: a ``TrainEvalPipelineConfig`` with the checkpoint's feature extractor.
        checkpoint: prefix of the checkpoint.
        images: with objects; those without any are passed over.
        layers: names as of ``freezing.layers``.
        seed: of the places that stand for the background.

    Returns:
        By layer, the mean over the classes and the background of the share that is recognized, 0
        to 1. Empty where the images hold too few objects to tell.

    Raises:
        BadInput: the checkpoint lacks variables of the feature extractor.
    """
    random = np.random.RandomState(seed)
    described = [_with_background(image, random) for image in images if len(image.objects)]
    labels = np.array([label for image in described for label in image.objects.labels])
    groups = np.repeat(np.arange(len(described)), [len(image.objects) for image in described])
    if len(described) < _FOLDS:
        return {}
    rows: Dict[str, List[np.ndarray]] = {layer: [] for layer in layers}
    for image, maps in zip(described, _feature_maps(config, checkpoint, described, layers)):
        shares = image.objects.boxes / np.tile(image.pixels.shape[1::-1], 2)
        for layer, feature_map in maps.items():
            rows[layer].extend(_pooled(feature_map, share) for share in shares)
    return {layer: balanced_accuracy(np.array(rows[layer]), labels, groups) for layer in layers}


def balanced_accuracy(features: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> float:
    """Of a ridge classifier, cross-validated.

    Args:
        features: float (n, d).
        labels: (n,) class names.
        groups: int (n,); rows of one group are never in the train and the test part of a fold.

    Returns:
        The mean over the classes of the share that is recognized, 0 to 1.
    """
    names, targets = np.unique(labels, return_inverse=True)
    predicted = np.full(len(labels), -1)
    for fold in range(_FOLDS):
        test = groups % _FOLDS == fold
        if test.any():
            scores = _ridge_scores(
                features[~test], np.eye(len(names))[targets[~test]], features[test]
            )
            predicted[test] = scores.argmax(axis=1)
    return float(np.mean([(predicted[targets == k] == k).mean() for k in range(len(names))]))


def _ridge_scores(train: np.ndarray, targets: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Kernel form of ridge regression: there are more features than rows."""
    mean, spread = train.mean(axis=0), train.std(axis=0) + 1e-3
    known, asked = ((rows - mean) / spread / np.sqrt(train.shape[1]) for rows in (train, test))
    weights = np.linalg.solve(known @ known.T + 1 + _RIDGE * np.eye(len(known)), targets)
    scores: np.ndarray = (asked @ known.T + 1) @ weights
    return scores


def _with_background(image: ProbeImage, random: np.random.RandomState) -> ProbeImage:
    """The image with some of its objects, and beside each a box of its size without an object."""
    objects = image.objects
    chosen = random.permutation(len(objects))[:_BOXES]
    height, width = image.pixels.shape[:2]
    rows = []
    for box in objects.boxes[chosen]:
        size = np.minimum(box[2:] - box[:2], (width, height))
        corners = random.rand(_TRIES, 2) * ((width, height) - size)
        places = np.hstack([corners, corners + size])
        free = places[iou(places, objects.boxes).max(axis=1) < _OVERLAP]
        rows += [(BACKGROUND, place) for place in free[:1]]
    return image._replace(objects=objects.select(chosen).joined(LabeledBoxes.from_rows(rows)))


def _feature_maps(
    config: Any, checkpoint: Union[str, Path], images: Sequence[ProbeImage], layers: Sequence[str]
) -> Iterator[Dict[str, np.ndarray]]:
    """What the layers give for each image: float (height, width, channels) by layer."""
    import tensorflow as tf

    width, height = pipeline.input_size(config)
    processor = tf.compat.v1.ConfigProto(device_count={"GPU": 0})
    with tf.Graph().as_default() as graph, tf.compat.v1.Session(config=processor) as session:
        model = detection_model.build(config, is_training=False)
        pixels = tf.compat.v1.placeholder(tf.float32, [None, height, width, 3])
        model.predict(*model.preprocess(pixels))
        wanted = {layer: _output_of(graph, layer) for layer in layers}
        _restore(session, checkpoint)
        for start in range(0, len(images), _BATCH):
            batch = np.stack([image.pixels for image in images[start : start + _BATCH]])
            found = session.run(wanted, {pixels: batch})
            for number in range(len(batch)):
                yield {layer: found[layer][number] for layer in layers}


def _output_of(graph: Any, layer: str) -> Any:
    """The last tensor of a layer: of the operations in its scope, the last that has four axes."""
    outputs = [
        tensor
        for operation in graph.get_operations()
        if operation.name.startswith(_SCOPE) and f"/{layer}/" in operation.name
        for tensor in operation.outputs
        if tensor.shape.ndims == 4 and tensor.shape[0].value is None
    ]
    return outputs[-1]


def _restore(session: Any, checkpoint: Union[str, Path]) -> None:
    import tensorflow as tf

    stored = tf.train.load_checkpoint(str(checkpoint)).get_variable_to_shape_map()
    variables = {
        variable.op.name: variable
        for variable in tf.compat.v1.global_variables()
        if variable.op.name.startswith(_SCOPE)
    }
    differ = sorted(n for n, v in variables.items() if stored.get(n) != v.shape.as_list())
    if differ:
        raise BadInput.of(
            checkpoint,
            f"{len(differ)} variables of the feature extractor missing, as {differ[0]}",
            "a checkpoint of this network",
            "Give FREEZE yourself.",
        )
    tf.compat.v1.train.Saver(variables).restore(session, str(checkpoint))


def _pooled(feature_map: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Mean and maximum over a box, and what stands at its middle.

    Args:
        feature_map: float (height, width, channels).
        share: ``[x_min, y_min, x_max, y_max]`` as shares of the image.
    """
    size = np.array(feature_map.shape[1::-1])
    low = np.clip(np.floor(share[:2] * size), 0, size - 1).astype(int)
    high = np.clip(np.ceil(share[2:] * size), low + 1, size).astype(int)
    inside = feature_map[low[1] : high[1], low[0] : high[0]].reshape(-1, feature_map.shape[2])
    column, row = np.clip(((share[:2] + share[2:]) / 2 * size).astype(int), 0, size - 1)
    return np.concatenate([inside.mean(axis=0), inside.max(axis=0), feature_map[row, column]])
