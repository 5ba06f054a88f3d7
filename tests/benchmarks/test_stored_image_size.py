"""Photos of 12 megapixels, stored whole or resized: speed of the training input, and mAP."""

import os
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from helpers.annotations import label_map_file, registry
from helpers.pipeline_config import adaptation, pipeline
from helpers.pipeline_config.adaptation import ConfigOptions
from helpers.structures.dataset import ImageRecord
from helpers.synthetic import sample
from helpers.tfrecords import tfrecord

ROOT = Path(__file__).resolve().parents[2]
LARGE = (4000, 3000)
INPUT = 300
BATCH = 8
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
metrics = parts["estimator"].evaluate(parts["eval_input_fns"][0])
print(*(f"{metrics[f'DetectionBoxes_Precision/{name}']:.3f}" for name in ("mAP", "mAP@.50IOU")))
"""


@pytest.fixture(scope="module")
def large(annotated, write_channel, tmp_path_factory):
    """Records of photos of 12 megapixels by split, written with every pixel (0) and resized."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "img").mkdir()
    splits = {"train": [], "eval": []}
    sources = list(annotated_photos(folder))
    for number in range(max(20, annotated.count * 3 // 100)):
        path, source = sources[number % len(sources)]
        name = f"photo{number:05d}.jpg"
        enlarge(path, folder / "img" / name, number)
        splits["train" if number % len(sources) % 5 else "eval"].append(
            ImageRecord(
                name,
                *LARGE,
                source.objects.scaled(LARGE[0] / source.width, LARGE[1] / source.height),
            )
        )
    made = write_channel(folder, splits["train"] + splits["eval"], folder / "img")
    for longest_edge in (0, 2 * INPUT):
        for split, records in splits.items():
            tfrecord.write(
                records,
                label_map_file.read(made.label_map),
                made.images,
                folder / str(longest_edge) / f"{split}.record",
                tfrecord.RecordOptions(max_side=longest_edge),
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
    for reader, kind, split in (
        (config.train_input_reader, train, "train"),
        (config.eval_input_reader[0], evaluation, "eval"),
    ):
        reader.label_map_path = str(folder / "label_map.pbtxt")
        reader.tf_record_input_reader.input_path[:] = [str(folder / kind / f"{split}.record*")]
    return pipeline.write(config, folder / f"{recipe}-{train}.config")


def test_training_input_by_stored_size(large, seconds_of, side_by_side):
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
        print(f"  longest edge {kind}: {sum(sizes) / 1e6:.0f} MB")


def test_map_by_stored_size(large, ran, tmp_path):
    steps = int(os.environ.get("BENCH_STEPS", 60))
    print(f"\n{steps} steps of {BATCH} images, evaluated on every pixel (mAP, mAP@.5)")
    for kind in (str(2 * INPUT), "0"):
        config = config_of("small_ssd", large, kind, "0", steps)
        process = ran(LEARNING, config, tmp_path / kind, steps)
        print(
            f"  longest edge {kind}: {process.printed.splitlines()[-1]}, "
            f"{process.seconds:.0f} s, {process.megabytes:.0f} MB"
        )
