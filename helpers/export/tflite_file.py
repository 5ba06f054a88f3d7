"""The operators and tensors of a TensorFlow Lite file, whose numbers can be changed in place.

TensorFlow 1.15 brings no reader of its own format. A flatbuffer is a tree of tables: each starts
with the way back to its list of fields, and each field holds a number or the way to what is in it
(https://flatbuffers.dev/internals/; the fields' places are those of TensorFlow's ``schema.fbs``,
version 3). Numbers keep their places, so that changing them leaves the file whole.
"""

from __future__ import annotations

from typing import Any, List, NamedTuple, Tuple

import numpy as np

# Builtin operators, by their numbers in ``schema.fbs``.
CONCATENATION, CONV_2D, DEPTHWISE_CONV_2D, DEQUANTIZE = 2, 3, 4, 6
RESHAPE, CUSTOM, SQUEEZE, QUANTIZE = 22, 32, 43, 114


class Tensor(NamedTuple):
    """A tensor of the first subgraph; the arrays are views of the file.

    Attributes:
        name: as in the graph that was converted.
        shape: of the tensor.
        data: its bytes, uint8 (n,); empty unless the tensor is constant.
        scale: float32, one of each channel or one in all; empty unless it is quantized.
        zero_point: int64, as many.
    """

    name: str
    shape: Tuple[int, ...]
    data: np.ndarray
    scale: np.ndarray
    zero_point: np.ndarray


class Operator(NamedTuple):
    """An operator of the first subgraph.

    Attributes:
        code: its number among the builtin operators.
        inputs: indices of tensors.
        outputs: indices of tensors.
    """

    code: int
    inputs: Tuple[int, ...]
    outputs: Tuple[int, ...]


class TFLiteFile:
    """A model of one subgraph.

    Args:
        content: of the file; stays as it is.

    Attributes:
        content: a copy of it, which the arrays of ``tensors`` are views of.
        tensors: in the order in which operators count them.
        operators: in the order in which they run.
    """

    def __init__(self, content: bytes):
        self.content = bytearray(content)
        model = _Table(self.content, _number(self.content, 0, np.uint32))
        (graph, *_), buffers = model.tables(2), model.tables(4)
        codes = [int(code.number(0, np.int8)) for code in model.tables(1)]
        self.tensors: List[Tensor] = [_tensor(table, buffers) for table in graph.tables(0)]
        self.operators: List[Operator] = [
            Operator(
                codes[table.number(0, np.uint32)],
                tuple(table.vector(1, np.int32).tolist()),
                tuple(table.vector(2, np.int32).tolist()),
            )
            for table in graph.tables(3)
        ]


class _Table:
    """A table of a flatbuffer.

    Args:
        content: of the file.
        start: where the table starts in it.
    """

    def __init__(self, content: bytearray, start: int):
        self._content, self._start = content, start
        self._fields = start - _number(content, start, np.int32)

    def _field(self, place: int) -> int:
        """Where a field starts; 0 where the table has none, which is one with its default."""
        within = 4 + 2 * place
        if within >= _number(self._content, self._fields, np.uint16):
            return 0
        offset = _number(self._content, self._fields + within, np.uint16)
        return self._start + offset if offset else 0

    def number(self, place: int, kind: Any) -> int:
        field = self._field(place)
        return _number(self._content, field, kind) if field else 0

    def vector(self, place: int, kind: Any) -> np.ndarray:
        field = self._field(place)
        if not field:
            return np.zeros(0, kind)
        start = field + _number(self._content, field, np.uint32)
        length = _number(self._content, start, np.uint32)
        return np.frombuffer(self._content, kind, length, start + 4)

    def tables(self, place: int) -> List["_Table"]:
        offsets = self.vector(place, np.uint32)
        if not len(offsets):
            return []
        field = self._field(place)
        first = field + _number(self._content, field, np.uint32) + 4
        return [
            _Table(self._content, first + 4 * number + int(offset))
            for number, offset in enumerate(offsets)
        ]

    def table(self, place: int) -> "_Table":
        field = self._field(place)
        return _Table(self._content, field + _number(self._content, field, np.uint32))

    def has(self, place: int) -> bool:
        return bool(self._field(place))


def _number(content: bytearray, start: int, kind: Any) -> int:
    return int(np.frombuffer(content, kind, 1, start)[0])


def _tensor(table: _Table, buffers: List[_Table]) -> Tensor:
    scale, zero_point = np.zeros(0, np.float32), np.zeros(0, np.int64)
    if table.has(4):
        quantization = table.table(4)
        scale = quantization.vector(2, np.float32)
        zero_point = quantization.vector(3, np.int64)
    return Tensor(
        table.vector(3, np.uint8).tobytes().decode("utf-8"),
        tuple(table.vector(0, np.int32).tolist()),
        buffers[table.number(2, np.uint32)].vector(0, np.uint8),
        scale,
        zero_point,
    )
