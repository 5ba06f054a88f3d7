"""OpenCV's text graph (``.pbtxt``) of a detector that the Object Detection API has frozen.

OpenCV's DNN module cannot run the control flow that TensorFlow's pre- and post-processing are made
of. It takes the weights from the frozen graph and the structure from a text graph beside it. That
text graph is made here from the frozen graph itself: the arithmetic between the resized image and
the box predictors, normalization first, stays as it is; behind it come OpenCV's own layers,
PriorBox and DetectionOutput, with the anchors that the Object Detection API generates for this
graph and the numbers of its ``pipeline.config``.

The network takes raw pixels, RGB 0..255, resized as ``cv2.resize`` does, like the text graphs of
OpenCV's own generator, so that ``cv2.dnn_DetectionModel`` runs it without a scale or a mean. It
gives rows of ``[image id, class id from 1, score, x_min, y_min, x_max, y_max]``, coordinates as
fractions of the image. The normalization is not folded into the first convolution: that pads with
zeros after it, and the border would differ.

This is an SSD's; that of a Faster R-CNN is made in :mod:`helpers.export.two_stage_text_graph`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Sequence, Union

import numpy as np

from helpers.export import frozen_ssd, graph_nodes, two_stage_text_graph
from helpers.export.frozen_ssd import FrozenSSD
from helpers.export.prior_boxes import Anchors, Grid
from helpers.inference.model_folder import load_frozen_graph
from helpers.pipeline_config import exportability, pipeline, two_stage
from helpers.system import files

INPUT = "image_tensor"
# OpenCV compares each candidate of a class with all that it keeps, and does not stop at the most
# that are wanted: without a limit the 51,150 anchors of a pyramid at 640x640 take seconds. The
# SSDs of 300x300 have fewer than this.
_CANDIDATES = 2000
_ATTRIBUTES = (
    "align_corners",
    "T",
    "data_format",
    "dilations",
    "epsilon",
    "half_pixel_centers",
    "is_training",
    "ksize",
    "padding",
    "strides",
)


def text_graph(frozen_graph_def: Any, config: Any) -> str:
    """Makes the text graph.

    Args:
        frozen_graph_def: ``tf.GraphDef`` that the Object Detection API's exporter froze, without
            the quantization rewriter.
        config: the ``TrainEvalPipelineConfig`` it was made from.

    Returns:
        The text for ``cv2.dnn.readNetFromTensorflow``'s second argument.

    Raises:
        BadInput: graph or config hold something that OpenCV cannot do just as TensorFlow does.
    """
    from google.protobuf import text_format

    exportability.check_opencv(config)
    if two_stage.is_two_stage(config):
        return two_stage_text_graph.text_graph(frozen_graph_def, config)
    ssd = frozen_ssd.read(frozen_graph_def, config)
    text = _Text(config)
    text.arithmetic(ssd)
    text.detection(ssd)
    return text_format.MessageToString(text.graph)


def write(frozen_graph: Union[str, Path], config: Any, path: Union[str, Path]) -> Path:
    """Makes the text graph of a ``frozen_inference_graph.pb`` and writes it to ``path``.

    Raises:
        BadInput: as ``text_graph``, or the file holds no detector.
    """
    return files.write_text(path, text_graph(load_frozen_graph(frozen_graph), config))


class _Text:
    """The text graph while it grows."""

    def __init__(self, config: Any):
        from tensorflow.core.framework import graph_pb2

        self.graph = graph_pb2.GraphDef()
        self._ssd = config.model.ssd
        width, height = pipeline.input_size(config)
        image = self._add(INPUT, "Placeholder", [])
        for size in (-1, height, width, 3):
            image.attr["shape"].shape.dim.add(size=size)

    def arithmetic(self, ssd: FrozenSSD) -> None:
        """Adds nodes of the frozen graph; their weights stay there and are found by name."""
        # The Object Detection API encodes y before x, OpenCV's CENTER_SIZE x before y.
        swapped = {ssd.sources(output)[0] for output in ssd.boxes}
        for name in ssd.arithmetic:
            node, sources = ssd.nodes[name], ssd.sources(name)
            thin = node.op == "DepthwiseConv2dNative" and 1 in ssd.shapes[sources[0]][1:3]
            if thin:
                sources[0] = self._padded(ssd, name)
            copy = self._add(
                name, node.op, [INPUT if source == ssd.image else source for source in sources]
            )
            for key in _ATTRIBUTES:
                if key in node.attr:
                    copy.attr[key].CopyFrom(node.attr[key])
            if thin:
                copy.attr["padding"].s = b"VALID"
            if name in swapped:
                copy.attr["loc_pred_transposed"].b = True

    def _padded(self, ssd: FrozenSSD, name: str) -> str:
        """Pads what a depthwise convolution gets, where it is one row high or one column wide.

        OpenCV 4.7 to 5.0 read beyond such an image when they pad it themselves. Two steps, since
        OpenCV joins one symmetric step with the convolution and is wrong again.
        """
        last, before_and_after = ssd.sources(name)[0], ssd.same_padding(name)
        for step in (0, 1):
            paddings = np.zeros((4, 2), np.int32)
            paddings[1:3, step] = [amounts[step] for amounts in before_and_after]
            self._constant(f"{name}/paddings_{step}", paddings)
            last = self._add(f"{name}/pad_{step}", "Pad", [last, f"{name}/paddings_{step}"]).name
        return last

    def detection(self, ssd: FrozenSSD) -> None:
        """Adds what turns the predictors' outputs into detections."""
        encodings = self._joined("box_encodings", ssd.boxes)
        scores = self._scores(self._joined("class_logits", ssd.classes))
        priors = self._priors(ssd.boxes, ssd.anchors)
        self._detection_output([encodings, scores, priors])

    def _joined(self, name: str, outputs: Sequence[str]) -> str:
        flat = [self._add(f"{output}/flat", "Flatten", [output]).name for output in outputs]
        return self._concatenated(name, flat)

    def _concatenated(self, name: str, parts: Sequence[str]) -> str:
        self._constant(f"{name}/axis", -1)
        return self._add(name, "ConcatV2", list(parts) + [f"{name}/axis"]).name

    def _scores(self, logits: str) -> str:
        if exportability.score_converter(self._ssd) == "SIGMOID":
            return self._add("scores", "Sigmoid", [logits]).name
        self._constant("by_class/shape", [0, -1, self._ssd.num_classes + 1])
        self._add("by_class", "Reshape", [logits, "by_class/shape"])
        self._add("softmax", "Softmax", ["by_class"]).attr["axis"].i = -1
        return self._add("scores", "Flatten", ["softmax"]).name

    def _priors(self, boxes: Sequence[str], anchors: Sequence[Anchors]) -> str:
        coder = self._ssd.box_coder.faster_rcnn_box_coder
        scales = (coder.x_scale, coder.y_scale, coder.width_scale, coder.height_scale)
        variances = [1 / scale for scale in scales]
        names = []
        for index, (output, layer) in enumerate(zip(boxes, anchors)):
            names.append(f"PriorBox_{index}")
            if layer.grid:
                self._prior_box(names[-1], output, layer.grid, variances)
            else:
                listed = np.tile(np.float32(variances), (len(layer.boxes_rel), 1))
                self._constant(names[-1], [[layer.boxes_rel.ravel(), listed.ravel()]], np.float32)
        return self._concatenated("priors", names)

    def _prior_box(self, name: str, output: str, grid: Grid, variances: Sequence[float]) -> None:
        attr = self._add(name, "PriorBox", [output, INPUT]).attr
        attr["flip"].b = attr["clip"].b = False
        if grid.step:
            attr["step"].f, attr["offset"].f = grid.step, grid.offset
        for key, values in (
            ("width", grid.widths),
            ("height", grid.heights),
            ("variance", variances),
        ):
            graph_nodes.fill(attr[key].tensor, np.asarray(values, np.float32))

    def _detection_output(self, sources: Sequence[str]) -> None:
        nms = self._ssd.post_processing.batch_non_max_suppression
        attr = self._add("detection_out", "DetectionOutput", sources).attr
        attr["num_classes"].i = self._ssd.num_classes + 1
        attr["background_label_id"].i = 0
        attr["share_location"].b = True
        attr["code_type"].s = b"CENTER_SIZE"
        attr["nms_threshold"].f = nms.iou_threshold
        attr["confidence_threshold"].f = nms.score_threshold
        attr["top_k"].i = max(_CANDIDATES, 20 * nms.max_detections_per_class)
        attr["keep_top_k"].i = min(
            nms.max_total_detections, nms.max_detections_per_class * self._ssd.num_classes
        )

    def _constant(self, name: str, values: Any, kind: type = np.int32) -> None:
        graph_nodes.add_constant(self.graph, name, np.asarray(values, kind))

    def _add(self, name: str, operation: str, sources: Sequence[str]) -> Any:
        return self.graph.node.add(name=name, op=operation, input=sources)
