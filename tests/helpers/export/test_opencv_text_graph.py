"""OpenCV with the generated text graph against TensorFlow, which runs the frozen graph itself."""

import re

import cv2
import numpy as np
import pytest
import tiny_model
from tiny_model import ANCHORS, EXTRACTOR, NMS, POST_PROCESSING, PREDICTOR

from helpers.export import opencv_text_graph
from helpers.structures import boxes


def by_tensorflow(frozen, pixels):
    """[class, score, x_min, y_min, x_max, y_max] rows, pixels, best score first."""
    import tensorflow as tf

    with tf.Graph().as_default(), tf.Session() as session:
        outputs = tf.import_graph_def(
            frozen,
            name="",
            return_elements=["detection_classes:0", "detection_scores:0", "detection_boxes:0"],
        )
        classes, scores, boxes_rel_yxyx = (
            values[0] for values in session.run(outputs, {"image_tensor:0": pixels[None]})
        )
    return rows(classes, scores, boxes_rel_yxyx[:, [1, 0, 3, 2]], pixels)


def by_opencv(frozen, text_graph, pixels):
    """The same rows from OpenCV."""
    net = cv2.dnn.readNetFromTensorflow(
        np.frombuffer(frozen.SerializeToString(), np.uint8),
        np.frombuffer(text_graph.encode(), np.uint8),
    )
    net.setInput(cv2.dnn.blobFromImage(pixels))
    detections = net.forward().reshape(-1, 7)
    boxes_rel = np.clip(detections[:, 3:], 0, 1)
    return rows(detections[:, 1], detections[:, 2], boxes_rel, pixels)


def rows(classes, scores, boxes_rel, pixels):
    height, width = pixels.shape[:2]
    table = np.column_stack([classes, scores, boxes_rel * [width, height, width, height]])
    return table[np.argsort(-scores, kind="stable")]


def unmatched(rows, others, min_iou, max_difference):
    """The rows without a counterpart of the same class, score and place."""
    same = rows[:, None, 0] == others[None, :, 0]
    near = np.abs(rows[:, None, 1] - others[None, :, 1]) <= max_difference
    fits = same & near & (boxes.iou(rows[:, 2:], others[:, 2:]) >= min_iou)
    return rows[~fits.any(axis=1)].tolist()


@pytest.mark.parametrize(
    "size, extractor, changes",
    [
        pytest.param((160, 160), "ssd_mobilenet_v2", "", id="small recipe"),
        pytest.param((96, 96), "ssd_mobilenet_v1", "", id="v1, 96 pixels"),
        pytest.param(
            (300, 300),
            "ssd_mobilenet_v2",
            ANCHORS % "reduce_boxes_in_lowest_layer: false",
            id="all anchors, 300 pixels",
        ),
        pytest.param(
            (128, 96),
            "ssd_mobilenet_v2",
            ANCHORS % "base_anchor_height: 1.2 base_anchor_width: 0.8 scales: 0.15 "
            "scales: 0.3 scales: 0.4 scales: 0.6 scales: 0.7 scales: 0.9 "
            "interpolated_scale_aspect_ratio: 0"
            + "model { ssd { box_coder { faster_rcnn_box_coder { y_scale: 8 x_scale: 6 "
            "height_scale: 4 width_scale: 3 } } } }"
            + PREDICTOR % "use_depthwise: true"
            + EXTRACTOR % "use_depthwise: true"
            + NMS % "iou_threshold: 0.3 max_detections_per_class: 40 max_total_detections: 40",
            id="oblong SSDLite, own anchors",
        ),
        pytest.param(
            (96, 96),
            "ssd_mobilenet_v2",
            POST_PROCESSING % "score_converter: SOFTMAX"
            + EXTRACTOR % "num_layers: 4 use_explicit_padding: true"
            + ANCHORS % "num_layers: 4",
            id="softmax, explicit padding",
        ),
    ],
)
def test_opencv_finds_what_tensorflow_finds(size, extractor, changes):
    config = tiny_model.config(changes, size, extractor)
    frozen = tiny_model.frozen(config)
    text_graph = opencv_text_graph.text_graph(frozen, config)
    pixels = tiny_model.image(size)
    expected, actual = by_tensorflow(frozen, pixels), by_opencv(frozen, text_graph, pixels)
    nms = config.model.ssd.post_processing.batch_non_max_suppression
    assert len(expected) == len(actual) == nms.max_total_detections
    assert len(set(expected[:, 0])) > 1, "one class alone would tell little"
    assert np.ptp(expected[:, 1]) > 0.1, "equal scores would tell little"
    assert unmatched(expected, actual, 0.999, 1e-4) == []
    assert unmatched(actual, expected, 0.999, 1e-4) == []


def test_the_same_graph_gives_the_same_text_and_stays_as_it_is(small_frozen, tmp_path):
    config, frozen = small_frozen
    before = config.SerializeToString(), frozen.SerializeToString(deterministic=True)
    text_graph = opencv_text_graph.text_graph(frozen, config)
    assert re.search(r'key: "top_k"\s+value {\s+i: 2000', text_graph), "NMS without a limit"
    path = tmp_path / "frozen.pb"
    path.write_bytes(frozen.SerializeToString())
    written = opencv_text_graph.write(path, config, tmp_path / "cvgraph.pbtxt")
    assert written.read_text() == text_graph
    assert (config.SerializeToString(), frozen.SerializeToString(deterministic=True)) == before
