"""The same input and seed give the same bytes as version 0.1.0 did, file for file.

The images are painted in whole numbers, so that only Pillow (pinned) decides their bytes.
"""

import hashlib

import numpy as np
import pytest
from PIL import Image

from helpers.annotations import csv_table
from helpers.annotations.formats import voc
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.label_map import LabelMap
from helpers.synthetic import sample
from helpers.tfrecords import tfrecord

CLASSES = ("bird", "cat", "dog")
ORIENTATION = 0x0112
ROTATED = {3: 6, 7: 3}  # EXIF orientation by the image's number
SHARDS = {
    0: (
        "8958aa3c9bbb7ed97222b28d7c3a3ad5be0d80bb0d950073832f2aad0bb167f7",
        "1f0d03a2cda85692da00ce221ab6e8b3db743e2f27bdc5b46d792486176df269",
    ),
    64: (
        "2261ab902b3051b28798a4dd04efc7ee3e2f97fd844d9fd5b6d5b1117a2dd220",
        "ac20a1d1360062b58d1b28b5ef93e9f4977095f9b314d473d8417b488266f14c",
    ),
}
SAMPLE_TABLE = "a19ba264168e735b3e35bfa8ccf4513d85c7ec9981bc0abe15ac66e40a771a62"


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def paint(path, width, height, orientation):
    x, y = np.meshgrid(
        np.arange(width) * 255 // (width - 1), np.arange(height) * 255 // (height - 1)
    )
    exif = Image.Exif()
    if orientation != 1:
        exif[ORIENTATION] = orientation
    options = {"exif": exif.tobytes()} if orientation != 1 else {}
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = "PNG" if path.suffix == ".png" else "JPEG"
    pixels = np.stack([x, y, x ^ y], axis=2).astype(np.uint8)
    Image.fromarray(pixels).save(str(path), kind, **options)


def image_record(folder, number):
    """One of twelve images, among them PNGs, rotated JPEGs, and images without a box."""
    width, height = 120 + 4 * number, 90 + 2 * number
    orientation = ROTATED.get(number, 1)
    name = f"sub/{number:02d}.png" if number % 4 == 1 else f"{number:02d}.jpg"
    paint(folder / name, width, height, orientation)
    if orientation == 6:
        width, height = height, width
    objects = range(number % 4)
    flags = {
        flag: [(number + i) % interval == 0 for i in objects]
        for flag, interval in (("truncated", 2), ("difficult", 3), ("group_of", 5))
    }
    boxes = LabeledBoxes(
        [[3 + number + i, 2 + i, 23 + 2 * number + i, 32 + i] for i in objects],
        tuple(CLASSES[(number + i) % 3] for i in objects),
        **flags,
    )
    return ImageRecord(name, width, height, boxes)


@pytest.mark.parametrize("max_side", SHARDS, ids=["every pixel", "smaller copies"])
def test_records_are_those_of_the_first_version(tmp_path, max_side):
    records = [image_record(tmp_path / "img", number) for number in range(12)]
    out = tmp_path / "train.record"
    written = tfrecord.write(
        records,
        LabelMap.of(CLASSES),
        tmp_path / "img",
        out,
        tfrecord.RecordOptions(shards=2, max_side=max_side, seed=7),
    )
    assert tuple(map(sha256, written.paths)) == SHARDS[max_side]


def test_the_table_of_the_sample_is_that_of_the_first_version(tmp_path):
    sample.write(tmp_path / "sample", 12)
    annotations = voc.read(tmp_path / "sample" / "annotations", tmp_path / "sample" / "img")
    csv_table.write(annotations.records, tmp_path / "data.csv")
    assert sha256(tmp_path / "data.csv") == SAMPLE_TABLE
