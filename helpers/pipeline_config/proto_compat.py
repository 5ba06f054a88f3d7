"""Fields of a ``pipeline.config`` that only other versions of the Object Detection API know.

The model zoo's configs are as old as its models, and newer ones were written for newer protos. A
field from this table is read through a copy of the API's protos that has it; when its value says
no more than what this version does anyway, it is named and dropped. Any other value, and any other
unknown field, is refused: who drops a field unread trains another model.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, List, NamedTuple, Tuple

_PACKAGE = "object_detection.protos"
_OF_TENSORFLOW_2 = re.compile(
    r"fine_tune_checkpoint_version:\s*V2|\btype:\s*[\"'][a-z0-9_]+_keras[\"']|\bcenter_net\s*\{"
)
_FIRST_NUMBER = 500000  # of the added fields; far from those in use


class Field(NamedTuple):
    """A boolean field that this version of the API does not know.

    Attributes:
        message: it belongs to.
        name: of the field.
        harmless: the value that changes nothing here.
        instead: what to do about the other value.
    """

    message: str
    name: str
    harmless: bool
    instead: str


_NMS = "BatchNonMaxSuppression"
FIELDS = (
    # In ssd_mobilenet_v2_coco_2018_03_29; tensorflow/models issue 6717.
    Field(
        "SsdFeatureExtractor", "batch_norm_trainable", True, "write freeze_batchnorm: true in ssd"
    ),
    Field(
        "Ssd",
        "use_expected_classification_loss_under_sampling",
        False,
        "write expected_loss_weights: EXPECTED_SAMPLING in loss",
    ),
    Field("Ssd", "weight_regression_loss_by_score", False, "this version cannot"),
    Field(_NMS, "use_combined_nms", False, "this version cannot"),
    Field(_NMS, "use_partitioned_nms", False, "this version cannot"),
    Field(_NMS, "use_hard_nms", False, "this version cannot"),
    Field(_NMS, "use_cpu_nms", False, "this version cannot"),
    Field(_NMS, "change_coordinate_frame", True, "this version cannot"),
    Field("EvalConfig", "force_no_resize", False, "this version cannot"),
)


def parse(text: str) -> Tuple[Any, List[str], List[str]]:
    """Parses a config that may have fields of other versions.

    Args:
        text: of the ``pipeline.config``.

    Returns:
        The ``TrainEvalPipelineConfig`` without them; those that were dropped; those whose value
        this version cannot do, each with what to write instead.

    Raises:
        google.protobuf.text_format.ParseError: the text does not parse, or has a field that is
            not in the table.
    """
    from google.protobuf import text_format
    from object_detection.protos import pipeline_pb2

    wider = text_format.Parse(text, _wider_message())
    known = {(field.message, field.name): field for field in FIELDS}
    dropped, refused = [], []
    for message, name, value in _added(wider):
        field = known[message, name]
        setting = f"{name}: {str(value).lower()}"
        if value == field.harmless:
            dropped.append(setting)
        else:
            refused.append(f"{setting} ({field.instead})")
    config = pipeline_pb2.TrainEvalPipelineConfig.FromString(wider.SerializeToString())
    config.DiscardUnknownFields()
    return config, sorted(dropped), sorted(refused)


def is_of_tensorflow_2(text: str) -> bool:
    """Whether a config names what only the API for TensorFlow 2 has."""
    return bool(_OF_TENSORFLOW_2.search(text))


def _wider_message() -> Any:
    """An empty config of the protos that have the added fields too."""
    from google.protobuf import descriptor_pool, message_factory
    from object_detection.protos import pipeline_pb2

    pool = descriptor_pool.DescriptorPool()
    for proto in _file_protos(pipeline_pb2.DESCRIPTOR, {}).values():
        for message in proto.message_type:
            for number, field in enumerate(FIELDS):
                if field.message == message.name:
                    message.field.add(
                        name=field.name, number=_FIRST_NUMBER + number, type=8, label=1
                    )  # an optional bool
        pool.Add(proto)
    root = pool.FindMessageTypeByName(f"{_PACKAGE}.TrainEvalPipelineConfig")
    return message_factory.MessageFactory(pool).GetPrototype(root)()


def _file_protos(descriptor: Any, protos: Dict[str, Any]) -> Dict[str, Any]:
    """The API's proto files, each after those it needs."""
    from google.protobuf import descriptor_pb2

    for needed in descriptor.dependencies:
        if needed.name not in protos:
            _file_protos(needed, protos)
    protos[descriptor.name] = descriptor_pb2.FileDescriptorProto()
    descriptor.CopyToProto(protos[descriptor.name])
    return protos


def _added(message: Any) -> Iterator[Tuple[str, str, bool]]:
    """Message, field and value of every added field that is set, outside in."""
    for field, value in message.ListFields():
        if field.number >= _FIRST_NUMBER:
            yield message.DESCRIPTOR.name, field.name, value
        elif field.message_type is not None:
            for part in value if field.label == field.LABEL_REPEATED else [value]:
                yield from _added(part)
