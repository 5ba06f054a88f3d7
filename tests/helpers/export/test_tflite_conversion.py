"""What is converted to TensorFlow Lite, and a converter that refuses; it may abort the process."""

import pytest
import tiny_model

from helpers.export import tflite_conversion
from helpers.inference.model_folder import TFLITE_INPUT
from helpers.structures.errors import JobFailed

CONFIG = tiny_model.config(size=(96, 96))


@pytest.fixture(scope="module")
def frozen():
    """The raw detector with its weights as constants."""
    import tensorflow as tf

    with tf.Graph().as_default(), tf.Session() as session:
        tflite_conversion.build_raw_detector(CONFIG)
        session.run(tf.global_variables_initializer())
        return tf.graph_util.convert_variables_to_constants(
            session, session.graph.as_graph_def(), list(tflite_conversion.RAW_OUTPUTS)
        )


def test_the_raw_detector_takes_normalized_pixels_and_gives_what_post_processing_takes(frozen):
    nodes = {node.name: node for node in frozen.node}
    assert set(tflite_conversion.RAW_OUTPUTS) <= set(nodes)
    shape = nodes[TFLITE_INPUT].attr["shape"].shape
    assert [dimension.size for dimension in shape.dim] == [1, 96, 96, 3]


def test_post_processing_has_the_values_of_the_config(frozen):
    graph = tflite_conversion.with_post_processing(frozen, CONFIG)
    (node,) = [node for node in graph.node if node.op == "TFLite_Detection_PostProcess"]
    nms = CONFIG.model.ssd.post_processing.batch_non_max_suppression
    assert node.attr["num_classes"].i == CONFIG.model.ssd.num_classes
    assert node.attr["max_detections"].i == nms.max_total_detections
    assert node.attr["use_regular_nms"].b
    assert node.attr["nms_iou_threshold"].f == pytest.approx(nms.iou_threshold)


def test_the_converters_error_is_quoted_in_one_line(frozen, monkeypatch):
    """Real conversions are the exporter's, in a process of their own: they abort when they fail."""

    class Refusing:
        def convert(self):
            raise RuntimeError("I tensorflow/a.cc:1] fine\nOp Foo: unsupported\n")

    monkeypatch.setattr(tflite_conversion, "_converter", lambda graph_def, config: Refusing())
    with pytest.raises(JobFailed, match=r"Op Foo: unsupported\. "):
        tflite_conversion.convert(frozen, CONFIG)
