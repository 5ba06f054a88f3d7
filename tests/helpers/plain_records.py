"""Records of images from plain values, as TensorFlow writes them."""

from __future__ import annotations

import io

import tensorflow as tf
from PIL import Image

_KINDS = {
    bytes: ("bytes_list", tf.train.BytesList),
    int: ("int64_list", tf.train.Int64List),
    float: ("float_list", tf.train.FloatList),
}


def jpeg(size=(40, 30)):
    """The bytes of a grey image."""
    buffer = io.BytesIO()
    Image.new("RGB", size, "grey").save(buffer, "JPEG")
    return buffer.getvalue()


def example(ids=(), texts=(), **changed):
    """The bytes of a `tf.train.Example` with these class ids and class names.

    Args:
        ids: a box each.
        texts: none, or one for each box.
        changed: other features by the last part of their name; ``None`` leaves one out.
    """
    corners = {
        f"object/bbox/{corner}": [at] * len(ids)
        for corner, at in (("xmin", 0.1), ("ymin", 0.2), ("xmax", 0.5), ("ymax", 0.9))
    }
    features = {
        "filename": [b"a.jpg"],
        "source_id": [b"a.jpg"],
        "format": [b"jpeg"],
        "encoded": [jpeg()],
        "width": [40],
        "height": [30],
        **corners,
        "object/class/text": list(texts),
        "object/class/label": list(ids),
        **changed,
    }
    made = {}
    for name, values in features.items():
        if values:
            kind, holder = _KINDS[type(values[0])]
            made[f"image/{name}"] = tf.train.Feature(**{kind: holder(value=values)})
    message = tf.train.Example(features=tf.train.Features(feature=made))
    return message.SerializeToString(deterministic=True)


def write(path, *raws):
    """Writes records of these bytes; returns the path."""
    with tf.io.TFRecordWriter(str(path)) as writer:
        for raw in raws:
            writer.write(raw)
    return path
