"""Writing TFRecords, beside the loop of the tutorials and beside the disk."""

import collections
import os
import shutil

import cv2
import numpy as np
import pytest

from helpers.annotations import csv_table, label_map_file
from helpers.annotations.formats import voc
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.tfrecords import tfrecord

# The loop of the object detection tutorials: one process, a group of rows an image, one file.
TUTORIAL = """
import io, os, sys
import pandas as pd
import tensorflow as tf
from PIL import Image

def feature(kind, holder, values):
    return tf.train.Feature(**{kind: holder(value=values)})

def numbers(values):
    return feature("int64_list", tf.train.Int64List, values)

def fractions(values):
    return feature("float_list", tf.train.FloatList, values)

def texts(values):
    return feature("bytes_list", tf.train.BytesList, values)

def example(name, rows, folder):
    with tf.gfile.GFile(os.path.join(folder, name), "rb") as stream:
        encoded = stream.read()
    width, height = Image.open(io.BytesIO(encoded)).size
    left, right, top, bottom, names, ids = [], [], [], [], [], []
    for _, row in rows.iterrows():
        left.append(row["xmin"] / width)
        right.append(row["xmax"] / width)
        top.append(row["ymin"] / height)
        bottom.append(row["ymax"] / height)
        names.append(row["class"].encode())
        ids.append(int(row["class"][5:]) + 1)
    return tf.train.Example(features=tf.train.Features(feature={
        "image/height": numbers([height]), "image/width": numbers([width]),
        "image/filename": texts([name.encode()]), "image/source_id": texts([name.encode()]),
        "image/encoded": texts([encoded]), "image/format": texts([b"jpg"]),
        "image/object/bbox/xmin": fractions(left), "image/object/bbox/xmax": fractions(right),
        "image/object/bbox/ymin": fractions(top), "image/object/bbox/ymax": fractions(bottom),
        "image/object/class/text": texts(names), "image/object/class/label": numbers(ids)}))

table, folder, out = sys.argv[1:]
groups = pd.read_csv(table).groupby("filename")
with tf.python_io.TFRecordWriter(out) as writer:
    for name in groups.groups:
        writer.write(example(name, groups.get_group(name), folder).SerializeToString())
"""
OURS = "import sys; from helpers.__main__ import main; sys.exit(main(sys.argv[1:]))"
SCALE = """
import sys, time
from helpers.annotations import label_map_file
from helpers.tfrecords import tfrecord
from helpers.annotations import csv_table
label_map = label_map_file.read(sys.argv[2])
started = time.perf_counter()
records = csv_table.read(sys.argv[1])
tfrecord.write(records, label_map, sys.argv[3], sys.argv[4])
print((time.perf_counter() - started) / len(records) * 1e6)
"""


@pytest.fixture(scope="module")
def many(annotated, write_channel, tmp_path_factory):
    """A channel of many images of about 50 kB."""
    records = voc.read(annotated.annotations, annotated.images).records
    return write_channel(tmp_path_factory.mktemp("many"), records, annotated.images)


def test_writing_beside_the_loop_of_tutorials(many, ran, side_by_side, tmp_path):
    out, most = tmp_path / "out", collections.defaultdict(float)

    def timed(name, program, *arguments, work=tmp_path / "empty"):
        out.mkdir()
        process = ran(program, *arguments, WORK=str(work))
        shutil.rmtree(str(out))
        most[name] = max(most[name], process.megabytes)
        return process.seconds

    write = ("tfrecord", *many, out / "train.record")
    checked = tmp_path / "checked"
    ran(OURS, "check", many.table, many.images, WORK=str(checked))
    side_by_side(
        f"writing {len(csv_table.read(many.table))} images, imports included",
        3,
        ours_checked_before=lambda: timed("ours_checked_before", OURS, *write, work=checked),
        ours_checking_pixels=lambda: timed("ours_checking_pixels", OURS, *write),
        tutorial=lambda: timed("tutorial", TUTORIAL, many.table, many.images, out / "one.record"),
    )
    print("  memory:", ", ".join(f"{name} {size:.0f} MB" for name, size in most.items()))


def test_writing_beside_the_disk_alone(many, side_by_side, tmp_path):
    records, label_map = csv_table.read(many.table), label_map_file.read(many.label_map)
    out, plain = tmp_path / "out", tmp_path / "plain"
    sizes = []

    def ours():
        written = tfrecord.write(
            records,
            label_map,
            many.images,
            out / "train.record",
            tfrecord.RecordOptions(verified={record.path for record in records}),
        )
        for path in written.paths:
            synced(path)
        sizes[:] = [path.stat().st_size for path in written.paths]
        shutil.rmtree(str(out))

    def disk_alone():
        block = os.urandom(1 << 20)
        with open(str(plain), "wb") as stream:
            for _ in range(sum(sizes) >> 20):
                stream.write(block)
        synced(plain)
        plain.unlink()

    side_by_side("the same bytes, synced to the disk", 3, ours=ours, disk_alone=disk_alone)
    print(f"  {sum(sizes) / 1e6:.0f} MB in {len(sizes)} files")


def synced(path):
    with open(str(path), "rb+") as stream:
        os.fsync(stream.fileno())


@pytest.mark.parametrize("factor", [0.1, 1, 10])
def test_seconds_an_image_do_not_grow_with_their_number(
    annotated, photos, write_channel, ran, tmp_path, factor
):
    count = int(annotated.count * factor)
    images = tmp_path / "img"
    images.mkdir()
    for number, path in enumerate(photos):
        small = cv2.resize(cv2.imread(str(path)), (160, 120), interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(images / f"{number}.jpg"), small)
    random = np.random.RandomState(0)
    records = []
    for number in range(len(photos), count + len(photos)):
        os.link(str(images / f"{number % len(photos)}.jpg"), str(images / f"{number}.jpg"))
        near = random.randint(0, 60, (annotated.boxes, 2))
        boxes = np.hstack([near, near + random.randint(10, 60, near.shape)])
        records.append(
            ImageRecord(
                f"{number}.jpg",
                160,
                120,
                LabeledBoxes(boxes, [f"class{box % 7}" for box in range(annotated.boxes)]),
            )
        )
    process = ran(
        SCALE, *write_channel(tmp_path, records, images), tmp_path / "out" / "train.record"
    )
    print(
        f"\n{count} images: {float(process.printed):.0f} microseconds each, "
        f"{process.megabytes:.0f} MB at most"
    )
    shutil.rmtree(str(images))
    shutil.rmtree(str(tmp_path / "out"))
