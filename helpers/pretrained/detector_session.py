"""A detector's graph in inference mode, its variables set to given values."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, NamedTuple, Union

import numpy as np

from helpers.pipeline_config import detection_model, pipeline
from helpers.structures.errors import BadInput


class Detector(NamedTuple):
    """A detector that can be run.

    Attributes:
        session: of TensorFlow, with the variables' values.
        images: placeholder, float32 (n, height, width, 3): RGB, 0 to 255.
        outputs: ``box_encodings`` (n, anchors, 4) and ``class_predictions_with_background``
            (n, anchors, classes + 1), logits.
    """

    session: Any
    images: Any
    outputs: Dict[str, Any]


@contextmanager
def loaded(config: Any, values: Dict[str, np.ndarray]) -> Iterator[Detector]:
    """Builds a detector and sets its variables; runs on the processor.

    Args:
        config: a ``TrainEvalPipelineConfig``.
        values: of all its variables, by name, and of no others.

    Raises:
        BadInput: a variable has no value, a value no variable, or one has another shape.
    """
    import tensorflow as tf

    width, height = pipeline.input_size(config)
    with tf.Graph().as_default(), tf.compat.v1.Session(config=_processor()) as session:
        model = detection_model.build(config, is_training=False)
        images = tf.compat.v1.placeholder(tf.float32, [None, height, width, 3])
        predicted = model.predict(*model.preprocess(images))
        variables = {variable.op.name: variable for variable in tf.compat.v1.global_variables()}
        _require_same(
            {name: tuple(variable.shape.as_list()) for name, variable in variables.items()},
            {name: value.shape for name, value in values.items()},
        )
        _assign(session, variables, values)
        yield Detector(session, images, _wanted(predicted))


def _wanted(predicted: Dict[str, Any]) -> Dict[str, Any]:
    import tensorflow as tf

    boxes, classes = "box_encodings", "class_predictions_with_background"
    flat = tf.reshape(predicted[boxes], [-1, tf.shape(predicted[classes])[1], 4])
    return {boxes: flat, classes: predicted[classes]}


def _processor() -> Any:
    """Options of a session that leaves a GPU's memory to training."""
    import tensorflow as tf

    return tf.compat.v1.ConfigProto(device_count={"GPU": 0})


def _assign(session: Any, variables: Dict[str, Any], values: Dict[str, np.ndarray]) -> None:
    """Sets all variables in one run: one run each takes longer than all the rest."""
    feed = {variable.initializer.inputs[1]: values[name] for name, variable in variables.items()}
    session.run([variable.initializer for variable in variables.values()], feed)


def _require_same(expected: Dict[str, Any], found: Dict[str, Any]) -> None:
    wrong = sorted(name for name in {**expected, **found} if expected.get(name) != found.get(name))
    if wrong:
        name = wrong[0]
        raise BadInput.of(
            f"{len(wrong)} variables, the first one {name}",
            f"the shape {found[name]}" if name in found else "none",
            f"the shape {expected[name]}" if name in expected else "no such variable",
            "The weights are not those of this network: use the config that belongs to them.",
        )


def save(values: Dict[str, np.ndarray], prefix: Union[str, Path]) -> None:
    """Writes a checkpoint, and beside it the file ``checkpoint`` that names it.

    Args:
        values: of the variables, by name.
        prefix: of the checkpoint, in an existing folder.
    """
    import tensorflow as tf

    with tf.Graph().as_default(), tf.compat.v1.Session(config=_processor()) as session:
        variables = {
            name: tf.compat.v1.get_variable(
                name,
                shape=value.shape,
                initializer=tf.compat.v1.zeros_initializer(),
                use_resource=False,
            )
            for name, value in sorted(values.items())
        }
        _assign(session, variables, values)
        saver = tf.compat.v1.train.Saver(save_relative_paths=True)
        saver.save(session, str(prefix), write_meta_graph=False)


def stored_values(prefix: Union[str, Path]) -> Dict[str, np.ndarray]:
    """The values of a checkpoint's variables by name, without ``global_step``."""
    import tensorflow as tf

    reader = tf.train.load_checkpoint(str(prefix))
    names = sorted(set(reader.get_variable_to_shape_map()) - {"global_step"})
    return {name: reader.get_tensor(name) for name in names}
