"""TFRecords in the Object Detection API's layout.

Class ids and relative coordinates appear here because the file format demands them.
Features: object_detection/data_decoders/tf_example_decoder.py.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import random
import re
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Iterator, List, NamedTuple, Sequence, Tuple, Union

from helpers import files
from helpers.boxes import LabeledBoxes
from helpers.errors import BadInput, HelpersError
from helpers.formats.pictures import Header, header
from helpers.labelmap import LabelMap
from helpers.records import ImageRecord

_JPEG_QUALITY = 95


class Stored(NamedTuple):
    """One picture as it lies in a record.

    Attributes:
        filename: relative to the image folder it came from.
        encoded: the bytes of a JPEG.
        width: pixels.
        height: pixels.
        objects: ground truth in absolute pixels of this picture.
    """

    filename: str
    encoded: bytes
    width: int
    height: int
    objects: LabeledBoxes


def encode(record: ImageRecord, images: Union[str, Path], max_side: int = 0
           ) -> Tuple[bytes, int, int]:
    """A picture's JPEG bytes for a record, in the frame its boxes were drawn in.

    A JPEG that needs nothing is passed on byte for byte. What TensorFlow would read otherwise
    than a person sees it (EXIF rotation, CMYK, PNG, ...) becomes an upright RGB JPEG.

    Args:
        record: the picture.
        images: the image folder.
        max_side: longest side in pixels to keep; 0 keeps all.

    Returns:
        JPEG bytes, width and height in pixels.

    Raises:
        BadInput: the picture is missing, does not decode, or has another size than the record.
    """
    from PIL import Image, ImageOps
    path = Path(images) / record.path
    found = header(path)
    turned = _turned(record, path, found)
    try:
        raw = path.read_bytes()
        with Image.open(io.BytesIO(raw)) as image:
            image.load()
            upright = ImageOps.exif_transpose(image) if turned else image
            small = 0 < max_side < max(upright.size)
            if found.format == "JPEG" and found.mode in ("RGB", "L") \
                    and found.orientation == 1 and not small:
                return raw, record.width, record.height
            rgb = _rgb(upright)
    except (OSError, SyntaxError, ValueError) as error:
        raise BadInput.of(path, f"pixels that do not decode ({error})", "a whole picture",
                          "Replace or remove the picture.") from error
    if small:
        factor = max_side / max(rgb.size)
        rgb = rgb.resize([max(1, round(side * factor)) for side in rgb.size], Image.LANCZOS)
    buffer = io.BytesIO()
    rgb.save(buffer, "JPEG", quality=_JPEG_QUALITY)
    return buffer.getvalue(), rgb.width, rgb.height


def _turned(record: ImageRecord, path: Path, found: Header) -> bool:
    """Whether the boxes were drawn on the picture as EXIF turns it (so by recent LabelImg)."""
    size = (record.width, record.height)
    if size == found.upright:
        return found.orientation != 1
    if size == (found.width, found.height):
        return False
    raise BadInput.of(path, f"a picture of {found.width}x{found.height}",
                      f"{record.width}x{record.height} as in the table",
                      "Make the table again from the annotations.")


def _rgb(image):
    """RGB on white, so that a transparent border does not turn black."""
    from PIL import Image
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    if image.mode.startswith("I"):  # 16 bits of grey; Pillow would cut them off at 255
        image = image.point(lambda value: value / 256).convert("L")
    return image.convert("RGB")


def example(record: ImageRecord, label_map: LabelMap, encoded: bytes, width: int, height: int):
    """The ``tf.train.Example`` of one picture.

    Args:
        record: the picture and its boxes, absolute pixels of the picture as annotated.
        label_map: gives the ids.
        encoded: JPEG bytes, perhaps of a smaller copy; boxes are stored relative.
        width: of the encoded picture, pixels.
        height: of the encoded picture, pixels.

    Raises:
        BadInput: a class is not in the label map; names the picture.
    """
    import tensorflow as tf
    unknown = label_map.unknown(record.objects.labels)
    if unknown:
        raise BadInput.of(record.path, f"the class {unknown[0]!r}",
                          f"one of {list(label_map.names)}",
                          "Add it to the label map, or correct the annotation.")
    boxes_rel = record.objects.scaled(1 / record.width, 1 / record.height).boxes
    name = record.path.encode()
    values = {
        "image/height": [height], "image/width": [width],
        "image/filename": [name], "image/source_id": [name],
        "image/key/sha256": [hashlib.sha256(encoded).hexdigest().encode()],
        "image/encoded": [encoded], "image/format": [b"jpeg"],
        "image/object/class/text": [label.encode() for label in record.objects.labels],
        "image/object/class/label": [label_map.id_of(label) for label in record.objects.labels],
        "image/object/truncated": [int(flag) for flag in record.truncated],
        "image/object/difficult": [int(flag) for flag in record.difficult],
    }
    for column, corner in enumerate(("xmin", "ymin", "xmax", "ymax")):
        values[f"image/object/bbox/{corner}"] = boxes_rel[:, column].clip(0, 1).tolist()
    feature = {key: _feature(tf, key, value) for key, value in values.items()}
    return tf.train.Example(features=tf.train.Features(feature=feature))


def _feature(tf, key: str, values: list):
    if key.startswith("image/object/bbox/"):
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    if key.endswith(("height", "width", "label", "truncated", "difficult")):
        return tf.train.Feature(int64_list=tf.train.Int64List(value=values))
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))


def write(records: Sequence[ImageRecord], label_map: LabelMap, images: Union[str, Path],
          out: Union[str, Path], shards: int = 1, max_side: int = 0, seed: int = 0,
          threads: int = 0) -> List[Path]:
    """Writes records, shuffled; the same input and seed give the same bytes.

    Args:
        records: pictures and boxes; pictures without boxes go in too.
        label_map: gives the ids.
        images: the image folder.
        out: ``NAME.record``; with several shards ``NAME.record-00000-of-0000N`` beside it.
        shards: number of files.
        max_side: longest side in pixels to keep; 0 keeps all.
        seed: of the shuffling.
        threads: that decode pictures; 0 means one a core.

    Returns:
        The files written, in order. Shards left by an earlier run are removed.

    Raises:
        BadInput: no record, or every picture and class at fault; nothing is written then.
    """
    if not records:
        raise BadInput.of(out, "no picture", "at least one", "Annotate some pictures first.")
    if not 1 <= shards <= len(records):
        raise BadInput.of(out, f"{shards} shards for {len(records)} pictures",
                          f"1 to {len(records)}", "Choose another number of shards.")
    if max_side < 0 or threads < 0:
        raise BadInput.of(out, f"a longest side of {max_side} pixels and {threads} threads",
                          "numbers of 0 or more", "0 keeps every pixel and uses every core.")
    paths = shard_paths(out, shards)
    stale = set(existing(out)) - set(paths)
    shuffled = sorted(records, key=lambda record: record.path)
    random.Random(seed).shuffle(shuffled)
    with ExitStack() as stack:
        beside = [stack.enter_context(files.replacing(path)) for path in paths]
        stack.enter_context(_os_errors())
        _write_shards(shuffled, label_map, images, beside, max_side, threads)
    for path in stale:
        path.unlink()
    return paths


@contextmanager
def _os_errors() -> Iterator[None]:
    """TensorFlow's file errors as Python's, for which ``files.replacing`` has words."""
    import tensorflow as tf
    try:
        yield
    except tf.errors.OpError as error:
        full = isinstance(error, tf.errors.ResourceExhaustedError)
        raise OSError(errno.ENOSPC if full else errno.EIO,
                      error.message.split("; ")[-1]) from error


def _write_shards(records: Sequence[ImageRecord], label_map: LabelMap,
                  images: Union[str, Path], paths: Sequence[Path], max_side: int,
                  threads: int) -> None:
    import tensorflow as tf
    from tqdm.auto import tqdm
    encoding = partial(_encode_or_problem, images=images, max_side=max_side)
    problems = []
    with ExitStack() as stack, ThreadPool(threads or os.cpu_count()) as pool:
        writers = [stack.enter_context(tf.io.TFRecordWriter(str(path))) for path in paths]
        encoded = tqdm(pool.imap(encoding, records), total=len(records), disable=None,
                       desc="writing records", unit="picture")
        for number, (result, record) in enumerate(zip(encoded, records)):
            try:
                if isinstance(result, HelpersError):
                    raise result
                stored = example(record, label_map, *result)
            except BadInput as problem:
                problems.append(problem)
                continue
            writers[number % len(writers)].write(stored.SerializeToString(deterministic=True))
        if problems:
            raise BadInput.several("pictures that cannot become records", problems)


def _encode_or_problem(record: ImageRecord, images: Union[str, Path], max_side: int):
    try:
        return encode(record, images, max_side)
    except HelpersError as problem:
        return problem


def shard_paths(out: Union[str, Path], shards: int) -> List[Path]:
    """The names of the files that :func:`write` makes."""
    out = Path(out)
    if shards == 1:
        return [out]
    return [out.with_name(f"{out.name}-{i:05d}-of-{shards:05d}") for i in range(shards)]


def existing(out: Union[str, Path]) -> List[Path]:
    """The record files that lie under this name, one or many shards, sorted."""
    out = Path(out)
    name = re.compile(re.escape(out.name) + r"(-\d{5}-of-\d{5})?")
    return sorted(path for path in out.parent.glob("*") if name.fullmatch(path.name))


def read(paths: Sequence[Union[str, Path]], label_map: LabelMap) -> Iterator[Stored]:
    """Reads pictures and their boxes back, in the order of the files.

    Raises:
        BadInput: a file is missing or cut off, or holds an id that the map does not know.
    """
    import tensorflow as tf
    for path in paths:
        if not Path(path).is_file():
            raise BadInput(f"{path}: no such record file. Run the step that writes it.")
        try:
            for raw in tf.compat.v1.io.tf_record_iterator(str(path)):
                yield _stored(tf.train.Example.FromString(raw).features.feature, label_map)
        except tf.errors.DataLossError as error:
            raise BadInput.of(path, f"a cut or broken record ({error.message})", "whole records",
                              "Write the records again.") from error


def _stored(feature, label_map: LabelMap) -> Stored:
    width = feature["image/width"].int64_list.value[0]
    height = feature["image/height"].int64_list.value[0]
    corners = [feature[f"image/object/bbox/{corner}"].float_list.value
               for corner in ("xmin", "ymin", "xmax", "ymax")]
    labels = [label_map.name_of(class_id)
              for class_id in feature["image/object/class/label"].int64_list.value]
    relative = LabeledBoxes(list(zip(*corners)), tuple(labels))
    return Stored(feature["image/filename"].bytes_list.value[0].decode(),
                  feature["image/encoded"].bytes_list.value[0], width, height,
                  relative.scaled(width, height))
