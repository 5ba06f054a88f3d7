"""The graph of a detector for inference, built from its config, and the weights that go into it.

The frozen graph and the checkpoint backend are both made here, so that they are one network.
"""

from __future__ import annotations

import contextlib
import errno
import os
from typing import Any, Iterator, List, Sequence

from helpers.structures.errors import BadInput, JobFailed

CROP_LIMIT = 1 - 2.0**-20
_FEATURES_OF_DETECTIONS = "detection_features"  # an output that nobody here asks for


def build(config: Any) -> List[str]:
    """Builds the detector of a config in the default graph, as the API's exporter does.

    Its resizer samples at the centers of pixels (:mod:`helpers.pipeline_config.image_resizer`),
    and what a second stage crops stays inside the features (:func:`keep_crops_inside`). The
    quantization rewriter is left out.

    Args:
        config: a ``TrainEvalPipelineConfig``.

    Returns:
        The names of its outputs, sorted; its input is ``image_tensor``.
    """
    import tensorflow as tf
    from object_detection import exporter as api_exporter

    from helpers.pipeline_config import detection_model, image_resizer

    image_resizer.use_half_pixel_centers()
    model = detection_model.build(config, is_training=False)
    outputs, _ = api_exporter.build_detection_graph(
        "image_tensor", model, None, "inference_op", None
    )
    keep_crops_inside(tf.get_default_graph())
    return needed_outputs(outputs)


def keep_crops_inside(graph: Any) -> None:
    """Keeps what a detector crops from its features a hair's breadth inside them.

    Rounding takes the last row or column of a crop that reaches to the border beyond it, or not,
    and beyond it TensorFlow's ``CropAndResize`` gives zeros, OpenCV's the features.

    Args:
        graph: a ``tf.Graph`` with a detector for inference; changed.
    """
    import tensorflow as tf

    crops = [operation for operation in graph.get_operations() if operation.type == "CropAndResize"]
    with graph.as_default():
        for crop in crops:
            crop._update_input(1, tf.minimum(crop.inputs[1], CROP_LIMIT))


def needed_outputs(outputs: Sequence[str]) -> List[str]:
    """A detector's outputs, sorted, without the one that takes another second stage."""
    return sorted(name for name in outputs if name != _FEATURES_OF_DETECTIONS)


def restore(session: Any, config: Any, checkpoint: str) -> None:
    """Puts a checkpoint's weights into the detector of a session's graph.

    Args:
        session: of the graph that :func:`build` filled.
        config: it was built from; tells whether the moving averages of the weights count.
        checkpoint: its prefix.

    Raises:
        BadInput: the checkpoint is damaged or of another model.
        JobFailed: TensorFlow could not read it for another reason.
    """
    import tensorflow as tf

    with translated_errors(checkpoint):
        tf.train.load_checkpoint(checkpoint)
        saver = tf.train.Saver()
        if config.eval_config.use_moving_averages:
            averages = tf.train.ExponentialMovingAverage(0.0)
            saver = tf.train.Saver(averages.variables_to_restore())
        saver.restore(session, checkpoint)


def frozen(session: Any, config: Any, checkpoint: str, outputs: Sequence[str]) -> Any:
    """A session's graph as a ``GraphDef`` with a checkpoint's weights as constants.

    Args:
        session: as for :func:`restore`.
        config: the same.
        checkpoint: the same.
        outputs: the nodes that are needed.
    """
    import tensorflow as tf

    restore(session, config, checkpoint)
    return tf.graph_util.convert_variables_to_constants(
        session, session.graph.as_graph_def(), list(outputs)
    )


@contextlib.contextmanager
def translated_errors(checkpoint: str) -> Iterator[None]:
    """Turns TensorFlow's errors with a checkpoint into ours.

    Args:
        checkpoint: its prefix, for the message.

    Raises:
        BadInput: the checkpoint is damaged or of another model.
        JobFailed: TensorFlow gave another error.
        OSError: the disk is full.
    """
    import tensorflow as tf

    try:
        yield
    except tf.errors.OpError as error:
        # TensorFlow puts general advice in front of what it found.
        cause = error.message.split("Original error:")[-1].strip().splitlines()[0]
        if os.strerror(errno.ENOSPC) in error.message:
            raise OSError(errno.ENOSPC, cause) from error
        if isinstance(
            error,
            (
                tf.errors.DataLossError,
                tf.errors.InvalidArgumentError,
                tf.errors.NotFoundError,
                tf.errors.OutOfRangeError,
            ),
        ):
            raise BadInput.of(
                checkpoint,
                cause,
                "the weights of the model in pipeline.config",
                "Use the config this checkpoint was trained with; if its files are "
                "damaged, an earlier checkpoint.",
            ) from error
        raise JobFailed(
            f"TensorFlow could not read {checkpoint}: {cause}. The checkpoint is "
            "untouched: run this step again."
        ) from error
