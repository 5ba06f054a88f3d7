"""Where the frozen part of a training graph ends: what it gives changes with the image alone.

Layers whose variables are frozen, batch norms included, give the same features for the same image
at every step. They need to be computed once only, and the graph below them not at all.
"""

from __future__ import annotations

from typing import Any, List, Sequence, Set

import tensorflow as tf

_VARIABLES = ("Variable", "VariableV2", "VarHandleOp")
_READS = ("ReadVariableOp",)


def frozen_variables(config: Any) -> List[str]:
    """Names of the variables of the default graph's model that training does not change.

    Args:
        config: a ``TrainEvalPipelineConfig``.
    """
    train = config.train_config
    trained = tf.contrib.framework.filter_variables(
        tf.compat.v1.trainable_variables(),
        include_patterns=list(train.update_trainable_variables) or None,
        exclude_patterns=list(train.freeze_variables) or None,
    )
    changing = {variable.op.name for variable in trained}
    return [v.op.name for v in tf.compat.v1.global_variables() if v.op.name not in changing]


def boundary(image: tf.Tensor, frozen: Sequence[str]) -> List[tf.Tensor]:
    """The tensors in which the frozen part of a graph ends.

    Args:
        image: the model's input, float (batch, height, width, 3).
        frozen: names of the variables that do not change.

    Returns:
        Floating-point tensors that depend on the image and on frozen variables alone and are read
        by what depends on more, in the graph's order; their first dimension is the batch. Empty
        where nothing that reads the image is frozen.
    """
    graph, fixed = image.graph, _fixed(image, set(frozen))
    below = _reached([image.op], graph) & fixed
    layers = _reached([graph.get_operation_by_name(name) for name in frozen], graph)
    ends = [
        tensor
        for operation in graph.get_operations()
        if operation.name in below
        for tensor in operation.outputs
        if tensor.dtype.is_floating
        and any(reader.name not in fixed for reader in tensor.consumers())
    ]
    batched = all(tensor.shape.ndims and tensor.shape.ndims > 1 for tensor in ends)
    return ends if batched and any(end.op.name in layers for end in ends) else []


def variables_below(ends: Sequence[tf.Tensor], frozen: Sequence[str]) -> Set[str]:
    """Names of the frozen variables that a boundary's tensors are computed from.

    Args:
        ends: of :func:`boundary`.
        frozen: as for it.
    """
    seen: Set[str] = set()
    waiting = [end.op for end in ends]
    while waiting:
        operation = waiting.pop()
        if operation.name not in seen:
            seen.add(operation.name)
            waiting += [tensor.op for tensor in operation.inputs]
    return seen & set(frozen)


def _fixed(image: tf.Tensor, frozen: Set[str]) -> Set[str]:
    """Names of the operations that training does not change."""
    fixed: Set[str] = {image.op.name}
    for operation in image.graph.get_operations():  # in the order of creation: inputs first
        if _is_fixed(operation, frozen) and all(
            tensor.op.name in fixed for tensor in operation.inputs
        ):
            fixed.add(operation.name)
    return fixed


def _reached(sources: Sequence[tf.Operation], graph: tf.Graph) -> Set[str]:
    """Names of the operations that depend on one of these, and theirs."""
    reached = {operation.name for operation in sources}
    for operation in graph.get_operations():
        if any(tensor.op.name in reached for tensor in operation.inputs):
            reached.add(operation.name)
    return reached


def _is_fixed(operation: tf.Operation, frozen: Set[str]) -> bool:
    """Whether an operation gives the same for the same inputs, image by image."""
    if operation.type in _VARIABLES:
        return operation.name in frozen
    if operation.type.startswith("FusedBatchNorm"):
        return not operation.get_attr("is_training")  # else it mixes the images of a batch
    if operation.type in _READS:
        return True
    return not operation.op_def.is_stateful and operation.type != "Placeholder"
