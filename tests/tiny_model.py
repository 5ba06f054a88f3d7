"""A detector with random weights, made in seconds, whose scores and boxes are spread widely.

Its detections mean nothing, but there are many of them at every score, so that two programs that
run it can only agree when they do the same.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from google.protobuf import text_format

from helpers.inference import detection_graph
from helpers.pipeline_config import adaptation, pipeline
from helpers.structures.label_map import LabelMap

LOGIT_SPREAD = 2.0
_CLASS_WEIGHTS = re.compile("ClassPredictor/(pointwise_)?weights$")
# More classes than most machines that test this have cores: see tflite_model.thread_count in pi/.
LABELS = LabelMap.of(["disc", "square", "star", "ring", "cross", "wedge", "arrow", "moon", "drop"])
SIZE = (160, 128)
# Changes to a config: what is left open goes into that part of it.
REWRITER = "graph_rewriter { quantization { delay: 0 weight_bits: 8 activation_bits: 8 } }"
EXTRACTOR = "model { ssd { feature_extractor { %s } } }"
ANCHORS = "model { ssd { anchor_generator { ssd_anchor_generator { %s } } } }"
PREDICTOR = "model { ssd { box_predictor { convolutional_box_predictor { %s } } } }"
POST_PROCESSING = "model { ssd { post_processing { %s } } }"
NMS = POST_PROCESSING % "batch_non_max_suppression { %s }"


def config(changes: str = "", size=SIZE, extractor="ssd_mobilenet_v2"):
    """The small recipe with ``changes`` (text of the same proto) merged into it.

    Args:
        changes: for example ``model { ssd { ... } }``.
        size: width and height of the model's input.
        extractor: the feature extractor's type.
    """
    made = adaptation.adapt(pipeline.read("small_ssd"), LABELS)
    ssd = made.model.ssd
    shape = ssd.image_resizer.fixed_shape_resizer
    shape.width, shape.height = size
    ssd.feature_extractor.type = extractor
    return text_format.Merge(changes, made)


def checkpoint(made, folder: Path, seed: int = 7) -> str:
    """Writes a checkpoint of random weights for a config; returns its prefix."""
    import tensorflow as tf

    with tf.Graph().as_default(), tf.Session() as session:
        detection_graph.build(made)
        if made.HasField("graph_rewriter"):
            from object_detection.builders import graph_rewriter_builder

            graph_rewriter_builder.build(made.graph_rewriter, is_training=False)()
        _randomise(session, seed)
        return tf.train.Saver().save(session, str(folder / "model.ckpt"))


def frozen(made, seed: int = 7):
    """The frozen ``GraphDef`` of a config with random weights, as the OD API's exporter has it."""
    import tensorflow as tf

    with tf.Graph().as_default() as graph, tf.Session() as session:
        outputs = detection_graph.build(made)
        _randomise(session, seed)
        return tf.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), outputs)


def records(images: Path, folder: Path, count: int = 6):
    """Writes train records of images without boxes; returns their paths."""
    from PIL import Image

    from helpers.structures.boxes import LabeledBoxes
    from helpers.structures.dataset import ImageRecord
    from helpers.tfrecords import tfrecord

    examples = []
    for path in sorted(images.iterdir())[:count]:
        with Image.open(str(path)) as image:
            examples.append(ImageRecord(path.name, *image.size, LabeledBoxes.from_rows([])))
    return tfrecord.write(
        examples, LABELS, images, folder / "train.record", tfrecord.RecordOptions(shards=1)
    ).paths


def _randomise(session, seed: int) -> None:
    import tensorflow as tf

    random = np.random.RandomState(seed)
    variables = sorted(tf.global_variables(), key=lambda variable: variable.name)
    values = [_weights(v.op.name, v.shape.as_list(), random) for v in variables]
    session.run(
        [v.initializer for v in variables],
        {
            v.initializer.inputs[1]: value
            for v, value in zip(variables, values)
            if value is not None
        },
    )
    _spread_scores(session)


def _spread_scores(session) -> None:
    """Scales the class predictors so that on an image every layer's logits spread equally.

    A predictor that all layers share gets one factor.
    """
    import tensorflow as tf

    weights = [v for v in tf.global_variables() if _CLASS_WEIGHTS.search(v.op.name)]
    logits = [_logits(v.op.name) for v in weights]
    values = session.run(logits, {"image_tensor:0": image((96, 96))[None]})
    spreads = [np.concatenate([layer.ravel() for layer in layers]).std() for layers in values]
    scaled = session.run(weights)
    session.run(
        [v.initializer for v in weights],
        {
            v.initializer.inputs[1]: weight * LOGIT_SPREAD / spread
            for v, weight, spread in zip(weights, scaled, spreads)
        },
    )


def _logits(weights: str) -> list:
    """Names of what a class predictor gives, for each layer that it is used on."""
    import tensorflow as tf

    scope = re.escape(weights.rpartition("/")[0]).replace("Predictor/", r"Predictor(_\d+)?/")
    given = re.compile(f"{scope}/BiasAdd")
    operations = tf.get_default_graph().get_operations()
    return [f"{operation.name}:0" for operation in operations if given.fullmatch(operation.name)]


def image(size, seed: int = 1) -> np.ndarray:
    """Coloured blobs of several sizes, RGB uint8 (h, w, 3), from ``size`` = (width, height)."""
    import cv2

    random = np.random.RandomState(seed)
    layers = [
        cv2.resize(random.rand(cells, cells, 3), size, interpolation=cv2.INTER_CUBIC)
        for cells in (3, 7, 20)
    ]
    return np.clip(np.mean(layers, axis=0) * 400 - 75, 0, 255).astype(np.uint8)


def _weights(name, shape, random):
    last = name.split("/")[-1]
    if last in ("gamma", "moving_variance"):
        return random.uniform(0.7, 1.4, shape)
    if last in ("beta", "moving_mean", "biases"):
        return random.normal(-4.0 if "ClassPredictor" in name else 0.0, 0.4, shape)
    if last == "depthwise_weights":
        return random.normal(0, np.sqrt(2 / 9), shape)
    if last in ("weights", "pointwise_weights"):
        spread = 0.6 if "Predictor" in name else np.sqrt(2)
        return random.normal(0, spread / np.sqrt(np.prod(shape[:3])), shape)
    return None
