"""OpenCV's text graph of a Faster R-CNN that the Object Detection API has frozen.

As in :mod:`helpers.export.opencv_text_graph` the arithmetic stays as it is, and OpenCV's own layers
take the place of control flow: PriorBox and DetectionOutput make the proposals of the first stage,
CropAndResize cuts them out of the features, and a DetectionOutput with boxes for each class ends
the second stage. What TensorFlow does and those layers do not is spelled out between them:

- a proposal that lies outside the image, and the rows of zeros that fill up a short list of
  proposals, have no area; TensorFlow drops them, so their scores are multiplied by 0;
- TensorFlow has no box encodings for the background, DetectionOutput expects some: zeros stand
  there, so that class ids count from 1 as in an SSD's text graph;
- the encodings are multiplied by the box coder's variances, since the proposals bring none.

The detections come in the same form as an SSD's.
"""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Sequence

import numpy as np

from helpers.export import frozen_two_stage as parts
from helpers.export import graph_nodes
from helpers.export.frozen_two_stage import FrozenTwoStage
from helpers.inference import detection_graph
from helpers.pipeline_config import pipeline

INPUT = "image_tensor"
_ATTRIBUTES = (
    "T",
    "data_format",
    "dilations",
    "epsilon",
    "is_training",
    "keep_dims",
    "ksize",
    "padding",
    "strides",
)
_AS_IT_IS: Mapping[str, str] = {}
_VARIANCES = (0.1, 0.1, 0.2, 0.2)  # which the API gives a Faster R-CNN's box coder
_SCALE = 2.0**30  # makes any size above 0 more than 1; a power of two, so that equal stays equal
_COLUMNS, _CORNERS = 7, slice(3, 7)  # of DetectionOutput's rows, and where the box is in them


def text_graph(frozen_graph_def: Any, config: Any) -> str:
    """Makes the text graph.

    Args:
        frozen_graph_def: ``tf.GraphDef`` that the Object Detection API's exporter froze.
        config: the ``TrainEvalPipelineConfig`` it was made from; ``two_stage.limits`` lets it pass.

    Returns:
        The text for ``cv2.dnn.readNetFromTensorflow``'s second argument.

    Raises:
        BadInput: the graph holds something that OpenCV cannot do just as TensorFlow does.
    """
    from google.protobuf import text_format

    detector = parts.read(frozen_graph_def, config)
    text = _Text(config, detector)
    text.first_stage()
    text.second_stage()
    text.detection()
    return text_format.MessageToString(text.graph)


class _Text:
    """The text graph while it grows."""

    def __init__(self, config: Any, detector: FrozenTwoStage):
        from tensorflow.core.framework import graph_pb2

        self.graph = graph_pb2.GraphDef()
        self._detector, self._model = detector, config.model.faster_rcnn
        width, height = pipeline.input_size(config)
        image = self._add(INPUT, "Placeholder", [])
        for size in (-1, height, width, 3):
            image.attr["shape"].shape.dim.add(size=size)

    def first_stage(self) -> None:
        """Adds what turns an image into proposals."""
        # The Object Detection API encodes y before x, OpenCV's CENTER_SIZE x before y.
        swapped = self._detector.sources(parts.PROPOSAL_BOXES)[0]
        self._copy(self._detector.first_stage, {self._detector.image: INPUT}, swapped)
        self._add("proposal_encodings", "Flatten", [parts.PROPOSAL_BOXES])
        self._reshape("proposal_logits", parts.PROPOSAL_CLASSES, [0, -1, 2])
        self._add("proposal_softmax", "Softmax", ["proposal_logits"]).attr["axis"].i = -1
        self._add("proposal_scores", "Flatten", ["proposal_softmax"])
        self._anchors()
        self._proposals()

    def _anchors(self) -> None:
        grid = self._model.first_stage_anchor_generator.grid_anchor_generator
        attr = self._add("anchors", "PriorBox", [parts.PROPOSAL_BOXES, INPUT]).attr
        attr["flip"].b, attr["clip"].b = False, True
        attr["step"].f, attr["offset"].f = grid.width_stride, 0
        for key, values in (
            ("width", self._detector.anchors.widths),
            ("height", self._detector.anchors.heights),
            ("variance", _VARIANCES),
        ):
            graph_nodes.fill(attr[key].tensor, np.asarray(values, np.float32))

    def _proposals(self) -> None:
        sources = ["proposal_encodings", "proposal_scores", "anchors"]
        attr = self._add("all_proposals", "DetectionOutput", sources).attr
        attr["num_classes"].i = 2
        attr["share_location"].b = True
        _set_suppression(
            attr,
            self._model.first_stage_nms_iou_threshold,
            self._model.first_stage_nms_score_threshold,
            self._model.first_stage_max_proposals,
        )
        self._clip("proposals", "all_proposals", detection_graph.CROP_LIMIT)

    def second_stage(self) -> None:
        """Adds what turns proposals into the box encodings and scores of each class."""
        features, _, _, size = self._detector.sources(parts.CROP)
        self._add(parts.CROP, "CropAndResize", [features, "proposals", size])
        pool = parts.CROP_POOL
        self._copy([pool], {self._detector.sources(pool)[0]: parts.CROP})
        self._copy([*self._detector.second_stage, parts.MEAN])
        self._add("pooled", "Flatten", [parts.MEAN])
        for head, swapped in ((parts.BOXES, f"{parts.BOXES}/MatMul"), (parts.CLASSES, "")):
            product = f"{head}/MatMul"
            flattened = self._detector.sources(product)[0]
            self._copy([product, f"{head}/BiasAdd"], {flattened: "pooled"}, swapped)

    def detection(self) -> None:
        """Adds what turns those into detections."""
        self._reshape("proposal_rows", "proposals", [-1, _COLUMNS])
        corners = np.eye(_COLUMNS, dtype=np.float32)[:, _CORNERS]
        self._multiply_by("corners", "proposal_rows", corners)
        self._reshape("priors", "corners", [1, 1, -1])
        sources = [self._encodings(), self._scores(), "priors"]
        nms = self._model.second_stage_post_processing.batch_non_max_suppression
        attr = self._add("detection_out", "DetectionOutput", sources).attr
        attr["num_classes"].i = self._model.num_classes + 1
        attr["share_location"].b = False
        attr["variance_encoded_in_target"].b = True
        most = min(nms.max_total_detections, nms.max_detections_per_class * self._model.num_classes)
        _set_suppression(attr, nms.iou_threshold, nms.score_threshold, most)

    def _encodings(self) -> str:
        graph_nodes.add_constant(
            self.graph, "variances", np.tile(np.float32(_VARIANCES), self._model.num_classes)
        )
        self._add("by_variances", "Mul", [f"{parts.BOXES}/BiasAdd", "variances"])
        graph_nodes.add_constant(
            self.graph, "background/paddings", np.array([[0, 0], [4, 0]], np.int32)
        )
        self._add("background", "Pad", ["by_variances", "background/paddings"])
        return self._reshape("box_encodings", "background", [1, -1])

    def _scores(self) -> str:
        classes = f"{parts.CLASSES}/BiasAdd"
        self._add("softmax", "Softmax", [classes]).attr["axis"].i = -1
        self._add("scores", "Mul", ["softmax", self._solid()])
        return self._reshape("class_scores", "scores", [1, -1])

    def _solid(self) -> str:
        """For each proposal and class 1 where the proposal has an area, 0 where it has none."""
        differences = np.zeros((_COLUMNS, 2), np.float32)
        differences[_CORNERS] = _SCALE * np.array([[-1, 0], [0, -1], [1, 0], [0, 1]])
        self._multiply_by("sizes", "proposal_rows", differences)
        self._clip("has_size", "sizes", 1)
        classes = self._model.num_classes + 1
        self._multiply_by("sizes_above_0", "has_size", np.ones((2, classes), np.float32))
        graph_nodes.add_constant(self.graph, "both/biases", np.full(classes, -1, np.float32))
        self._add("both", "BiasAdd", ["sizes_above_0", "both/biases"])
        return self._clip("solid", "both", 1)

    def _copy(
        self, names: Iterable[str], renamed: Mapping[str, str] = _AS_IT_IS, swapped: str = ""
    ) -> None:
        """Adds nodes of the frozen graph; their weights stay there and are found by name."""
        for name in names:
            node, sources = self._detector.nodes[name], self._detector.sources(name)
            copy = self._add(name, node.op, [renamed.get(source, source) for source in sources])
            for key in _ATTRIBUTES:
                if key in node.attr:
                    copy.attr[key].CopyFrom(node.attr[key])
            if name == swapped:
                copy.attr["loc_pred_transposed"].b = True

    def _reshape(self, name: str, source: str, shape: Sequence[int]) -> str:
        graph_nodes.add_constant(self.graph, f"{name}/shape", np.array(shape, np.int32))
        return str(self._add(name, "Reshape", [source, f"{name}/shape"]).name)

    def _multiply_by(self, name: str, source: str, matrix: np.ndarray) -> None:
        graph_nodes.add_constant(self.graph, f"{name}/matrix", matrix)
        self._add(name, "MatMul", [source, f"{name}/matrix"])

    def _clip(self, name: str, source: str, highest: float) -> str:
        graph_nodes.add_constant(self.graph, f"{name}/lowest", np.float32(0))
        graph_nodes.add_constant(self.graph, f"{name}/highest", np.float32(highest))
        sources = [source, f"{name}/lowest", f"{name}/highest"]
        return str(self._add(name, "ClipByValue", sources).name)

    def _add(self, name: str, operation: str, sources: Sequence[str]) -> Any:
        return self.graph.node.add(name=name, op=operation, input=sources)


def _set_suppression(attr: Any, overlap: float, score: float, most: int) -> None:
    attr["background_label_id"].i = 0
    attr["code_type"].s = b"CENTER_SIZE"
    attr["nms_threshold"].f = overlap
    attr["confidence_threshold"].f = score
    attr["top_k"].i = -1
    attr["keep_top_k"].i = most
