"""Writing records and training from them, beside what the tutorials do."""

import collections
import os
import shutil
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest

from helpers.annotations import csv_table, label_map_file, registry, voc
from helpers.pipeline_config import adaptation, pipeline
from helpers.pipeline_config.adaptation import ConfigOptions
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord, class_names
from helpers.structures.label_map import LabelMap
from helpers.synthetic import sample
from helpers.tfrecords import tfrecord

ROOT = Path(__file__).resolve().parents[2]
LARGE = (4000, 3000)
INPUT = 300
BATCH = 8

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
# The OD API's own training input; the first batch, with all that starts up, is not counted.
INPUTS = """
import sys, time
import tensorflow as tf
from object_detection import inputs
from helpers.pipeline_config import pipeline
config = pipeline.read(sys.argv[1])
batches = int(sys.argv[2])
make = inputs.create_train_input_fn(config.train_config, config.train_input_reader, config.model)
with tf.Session() as session:
    iterator = make().make_initializable_iterator()
    session.run([iterator.initializer, tf.tables_initializer()])
    batch = iterator.get_next()[0]["image"]
    session.run(batch)
    started = time.perf_counter()
    for _ in range(batches):
        session.run(batch)
print(time.perf_counter() - started)
"""
LEARNING = """
import sys
import tensorflow as tf
from object_detection import model_hparams, model_lib
config, folder, steps = sys.argv[1], sys.argv[2], int(sys.argv[3])
parts = model_lib.create_estimator_and_inputs(
    tf.estimator.RunConfig(model_dir=folder, tf_random_seed=0, save_checkpoints_steps=steps),
    model_hparams.create_hparams(None), pipeline_config_path=config, train_steps=steps,
    sample_1_of_n_eval_examples=1)
parts["estimator"].train(parts["train_input_fn"], max_steps=steps)
found = parts["estimator"].evaluate(parts["eval_input_fns"][0])
print(*(f"{found[f'DetectionBoxes_Precision/{name}']:.3f}" for name in ("mAP", "mAP@.50IOU")))
"""
SCALE = """
import sys, time
from helpers.annotations import label_map_file
from helpers.tfrecords import tfrecord
from helpers.annotations import csv_table as table
label_map = label_map_file.read(sys.argv[2])
started = time.perf_counter()
records = table.read(sys.argv[1])
tfrecord.write(records, label_map, sys.argv[3], sys.argv[4])
print((time.perf_counter() - started) / len(records) * 1e6)
"""


class Channel(NamedTuple):
    """What records are written from."""

    csv_table: Path
    label_map: Path
    images: Path


def channel(folder, records, images):
    return Channel(
        csv_table.write(records, folder / "data.csv"),
        label_map_file.write(LabelMap.of(class_names(records)), folder / "label_map.pbtxt"),
        images,
    )


@pytest.fixture(scope="module")
def many(annotated, tmp_path_factory):
    """A channel of many images of about 50 kB."""
    records = voc.read(annotated.annotations, annotated.images).records
    return channel(tmp_path_factory.mktemp("many"), records, annotated.images)


def test_copying_beside_the_tutorials_loop(many, ran, side_by_side, tmp_path):
    out, most = tmp_path / "out", collections.defaultdict(float)

    def timed(name, program, *arguments, work=tmp_path / "knows nothing"):
        out.mkdir()
        run = ran(program, *arguments, WORK=str(work))
        shutil.rmtree(str(out))
        most[name] = max(most[name], run.megabytes)
        return run.seconds

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


def test_copying_beside_the_disk_alone(many, side_by_side, tmp_path):
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

    side_by_side("the same bytes, until they are on the disk", 3, ours=ours, disk_alone=disk_alone)
    print(f"  {sum(sizes) / 1e6:.0f} MB in {len(sizes)} files")


def synced(path):
    with open(str(path), "rb+") as stream:
        os.fsync(stream.fileno())


@pytest.mark.parametrize("factor", [0.1, 1, 10])
def test_the_cost_of_an_image_stays_flat(annotated, photos, ran, tmp_path, factor):
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
    run = ran(SCALE, *channel(tmp_path, records, images), tmp_path / "out" / "train.record")
    print(
        f"\n{count} images: {float(run.printed):.0f} microseconds each, "
        f"{run.megabytes:.0f} MB at most"
    )
    shutil.rmtree(str(images))
    shutil.rmtree(str(tmp_path / "out"))


@pytest.fixture(scope="module")
def large(annotated, tmp_path_factory):
    """Records of photos of 12 megapixels by side, written with every pixel (0) and resized."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "img").mkdir()
    sides = {"train": [], "eval": []}
    sources = list(annotated_photos(folder))
    for number in range(max(20, annotated.count * 3 // 100)):
        path, source = sources[number % len(sources)]
        name = f"photo{number:05d}.jpg"
        enlarge(path, folder / "img" / name, number)
        sides["train" if number % len(sources) % 5 else "eval"].append(
            ImageRecord(
                name,
                *LARGE,
                source.objects.scaled(LARGE[0] / source.width, LARGE[1] / source.height),
            )
        )
    made = channel(folder, sides["train"] + sides["eval"], folder / "img")
    for max_side in (0, 2 * INPUT):
        for side, records in sides.items():
            tfrecord.write(
                records,
                label_map_file.read(made.label_map),
                made.images,
                folder / str(max_side) / f"{side}.record",
                tfrecord.RecordOptions(max_side=max_side),
            )
    shutil.rmtree(str(made.images))
    yield folder
    shutil.rmtree(str(folder))


def annotated_photos(folder):
    """Real photos where they are, else drawings: the path of each and its record."""
    real = Path(os.environ.get("RACCOON", ROOT.parent / "shared" / "data" / "raccoon"))
    images, annotations = real / "images", real / "annotations"
    if not real.is_dir():
        sample.write(folder, 60)
        images, annotations = folder / "img", folder / "annotations"
    for record in registry.read("auto", annotations, images).records:
        yield images / record.path, record


def enlarge(source, target, seed):
    """A photo of 12 megapixels with a sensor's noise, so that it has as many bytes as one."""
    plain = cv2.resize(cv2.imread(str(source)), LARGE, interpolation=cv2.INTER_CUBIC)
    noise = np.empty(plain.shape, np.int16)
    cv2.setRNGSeed(seed)
    cv2.randn(noise, 0, 8)
    noisy = cv2.add(plain, noise, dtype=cv2.CV_8U)
    cv2.imwrite(str(target), noisy, [cv2.IMWRITE_JPEG_QUALITY, 90])


def config_of(recipe, folder, train, evaluation, steps=100):
    """The path of a ``pipeline.config`` for records of one kind to train on, one to evaluate on."""
    config = adaptation.adapt(
        pipeline.read(recipe),
        label_map_file.read(folder / "label_map.pbtxt"),
        ConfigOptions(steps, BATCH, INPUT),
    )
    for reader, kind, side in (
        (config.train_input_reader, train, "train"),
        (config.eval_input_reader[0], evaluation, "eval"),
    ):
        reader.label_map_path = str(folder / "label_map.pbtxt")
        reader.tf_record_input_reader.input_path[:] = [str(folder / kind / f"{side}.record*")]
    return pipeline.write(config, folder / f"{recipe}-{train}.config")


def test_the_training_input(large, seconds_of, side_by_side):
    def seconds(kind, batches):
        config = config_of("ssd_mobilenet_v2", large, kind, kind)
        return 100 * float(seconds_of(INPUTS, config, batches)[1]) / (batches * BATCH)

    side_by_side(
        "100 images of 12 megapixels through the OD API's training input",
        1,
        resized=lambda: seconds(str(2 * INPUT), 50),
        every_pixel=lambda: seconds("0", 16),
    )
    for kind in (str(2 * INPUT), "0"):
        sizes = [path.stat().st_size for path in (large / kind).iterdir()]
        print(f"  longest side {kind}: {sum(sizes) / 1e6:.0f} MB")


def test_what_a_model_learns(large, ran, tmp_path):
    steps = int(os.environ.get("BENCH_STEPS", 60))
    print(f"\n{steps} steps of {BATCH} images, evaluated on every pixel (mAP, mAP@.5)")
    for kind in (str(2 * INPUT), "0"):
        config = config_of("small_ssd", large, kind, "0", steps)
        run = ran(LEARNING, config, tmp_path / kind, steps)
        print(
            f"  longest side {kind}: {run.printed.splitlines()[-1]}, "
            f"{run.seconds:.0f} s, {run.megabytes:.0f} MB"
        )
