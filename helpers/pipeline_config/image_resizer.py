"""Where the Object Detection API's image resizers sample: at the centers of pixels.

TensorFlow 1 resizes ``x_source = x_target * source / target`` unless an operation's attribute
``half_pixel_centers`` says ``(x_target + 0.5) * source / target - 0.5``, as TensorFlow 2, OpenCV
and Pillow do. The API has no option for it. Its input pipelines, its evaluation and the graphs it
exports all get their resizer from ``image_resizer_builder.build``, so that is changed, in each
process that trains or exports. ``cv2.resize`` then gives the device the pixels of training, rounded
to whole grey levels.
"""

from __future__ import annotations

import functools
from typing import Any, Callable

SAMPLING = "half_pixel_centers"  # as TensorFlow's resize operations call the attribute


def use_half_pixel_centers() -> None:
    """Makes each resizer that the API builds from now on sample at the centers of pixels.

    Once is enough; to say it again changes nothing. Resizers that were built before stay as
    they are.
    """
    from object_detection.builders import image_resizer_builder

    build = image_resizer_builder.build
    if hasattr(build, SAMPLING):
        return

    @functools.wraps(build)
    def build_half_pixel(config: Any) -> Callable:
        return _with_half_pixel_centers(build(config))

    setattr(build_half_pixel, SAMPLING, True)
    image_resizer_builder.build = build_half_pixel


def _with_half_pixel_centers(resize: Callable) -> Callable:
    """The same resizer; the resize operations it adds to the graph have the attribute set."""
    import tensorflow as tf

    @tf.autograph.experimental.do_not_convert
    def resize_half_pixel(*arguments: Any, **options: Any) -> Any:
        graph = tf.compat.v1.get_default_graph()
        before = len(graph.get_operations())
        resized = resize(*arguments, **options)
        for operation in graph.get_operations()[before:]:
            if SAMPLING in operation.node_def.attr:
                operation._set_attr(SAMPLING, tf.compat.v1.AttrValue(b=True))
        return resized

    return resize_half_pixel
