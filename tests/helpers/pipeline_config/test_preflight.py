"""Records, label map, config and checkpoint: whatever does not fit is named, all at once."""

import shutil
from pathlib import Path

import pytest
import tensorflow as tf
import tiny_model
from google.protobuf import text_format
from plain_records import example, write

from helpers.annotations import label_map_file
from helpers.pipeline_config import adaptation, pipeline, preflight
from helpers.pipeline_config.adaptation import ConfigOptions
from helpers.pipeline_config.channel_facts import ChannelFacts
from helpers.pipeline_config.export_options import ExportOptions
from helpers.pipeline_config.preflight import RunSettings
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.workspace import CONTAINER_CHANNEL

TWO = LabelMap.of(["cat", "dog"])
QAT = RunSettings(export=ExportOptions(inference_type="QUANTIZED_UINT8"))
SHARDS = ["train.record-00000-of-00002", "train.record-00001-of-00002"]
CAT, DOG = example([1], [b"cat"]), example([2], [b"dog"])


def channel(folder, checkpoint="", **options):
    """A training channel that is as it should be."""
    label_map_file.write(TWO, folder / "label_map.pbtxt")
    for name in SHARDS:
        write(folder / name, CAT, DOG, CAT)
    write(folder / "eval.record", DOG)
    facts = ChannelFacts(SHARDS, ["eval.record"], 1)
    config = adaptation.adapt(
        pipeline.read("small_ssd"), TWO, ConfigOptions(checkpoint=checkpoint, **options), facts
    )
    pipeline.write(config, folder / "pipeline.config")
    return folder


def change(folder, text):
    config = text_format.Merge(text, pipeline.read(folder / "pipeline.config"))
    pipeline.write(config, folder / "pipeline.config")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A checkpoint of the same network with other classes."""
    prefix = tiny_model.checkpoint(tiny_model.config(), tmp_path_factory.mktemp("checkpoint"))
    return Path(prefix).parent


@pytest.fixture()
def training(tmp_path):
    return channel(tmp_path)


def test_inputs_that_fit(training, tmp_path):
    result = preflight.check(training, tmp_path / "none")
    assert result.label_map == TWO and result.start is None
    assert result.images == {"train": 6, "eval": 1}
    assert result.config == pipeline.read(training / "pipeline.config")


def test_the_config_of_the_run_has_its_steps_and_batch(training):
    result = preflight.check(training, None, RunSettings(num_steps=50, batch_size=4))
    assert result.config.train_config.num_steps == 50
    assert result.config.train_config.batch_size == 4
    cosine = (
        result.config.train_config.optimizer.adam_optimizer.learning_rate.cosine_decay_learning_rate
    )
    assert cosine.total_steps == 50 and cosine.learning_rate_base == pytest.approx(0.001)


def test_what_comes_from_the_checkpoint_is_told(tmp_path, checkpoint):
    start = preflight.check(channel(tmp_path, "model.ckpt"), checkpoint).start
    assert len(start.restored) == 312
    assert {name.split("/")[1] for name in start.reinitialized} == {"ClassPredictor"}


def test_a_checkpoint_is_not_looked_at_when_it_is_not_needed(tmp_path):
    assert preflight.check(channel(tmp_path, "model.ckpt"), None).start is None


def rewrite(name, *raws):
    return lambda folder: write(folder / name, *raws)


def cut(folder):
    path = folder / SHARDS[1]
    path.write_bytes(path.read_bytes()[:-3])


def old_pattern(folder):
    config = pipeline.read(folder / "pipeline.config")
    reader = config.train_input_reader.tf_record_input_reader
    reader.input_path[:] = [f"{CONTAINER_CHANNEL.folder}/train.record*"]
    pipeline.write(config, folder / "pipeline.config")
    write(folder / "train.record-backup", CAT)


def swapped_sides(folder):
    config = pipeline.read(folder / "pipeline.config")
    config.eval_input_reader[0].CopyFrom(config.train_input_reader)
    pipeline.write(config, folder / "pipeline.config")


def no_eval_reader(folder):
    config = pipeline.read(folder / "pipeline.config")
    del config.eval_input_reader[:]
    pipeline.write(config, folder / "pipeline.config")


MISTAKES = {
    "no label map": (
        lambda folder: (folder / "label_map.pbtxt").unlink(),
        "label_map.pbtxt: no such file",
    ),
    "other classes": (
        lambda folder: label_map_file.write(
            LabelMap.of(["cat", "dog", "owl"]), folder / "label_map.pbtxt"
        ),
        "pipeline.config: found num_classes: 2, expected 3",
    ),
    "other order": (
        lambda folder: label_map_file.write(
            LabelMap.of(["dog", "cat"]), folder / "label_map.pbtxt"
        ),
        "a.jpg: found box 1: the id 1, 'dog' in the label map, for the class 'cat'",
    ),
    "no config": (
        lambda folder: (folder / "pipeline.config").unlink(),
        "pipeline.config: found no such file",
    ),
    "broken config": (
        lambda folder: (folder / "pipeline.config").write_text("model {"),
        "text that does not parse",
    ),
    "no model": (lambda folder: (folder / "pipeline.config").write_text(""), "the model None"),
    "another model": (
        lambda folder: change(folder, "model { faster_rcnn { } }"),
        "found the model faster_rcnn",
    ),
    "another extractor": (
        lambda folder: change(
            folder, 'model { ssd { feature_extractor { type: "ssd_mobilenet_v9" } } }'
        ),
        "the feature extractor ssd_mobilenet_v9",
    ),
    "no steps": (
        lambda folder: change(folder, "train_config { num_steps: 0 }"),
        "num_steps: 0, expected 1 or more",
    ),
    "no batch": (
        lambda folder: change(folder, "train_config { batch_size: 0 }"),
        "batch_size: 0, expected 1 or more",
    ),
    "empty schedule": (
        lambda folder: change(
            folder,
            "train_config { optimizer { adam_optimizer { learning_rate { "
            "manual_step_learning_rate { } } } } }",
        ),
        "the optimizer that cannot be built .*Empty",
    ),
    "warm-up above the rate": (
        lambda folder: change(
            folder,
            "train_config { optimizer { adam_optimizer { learning_rate { "
            "cosine_decay_learning_rate { warmup_learning_rate: 9 } } } } }",
        ),
        "the optimizer that cannot be built",
    ),
    "an augmentation of nothing": (
        lambda folder: change(folder, "train_config { data_augmentation_options { } }"),
        "an augmentation that cannot be built",
    ),
    "label map elsewhere": (
        lambda folder: change(
            folder, 'train_input_reader { label_map_path: "PATH_TO_BE_CONFIGURED/map.pbtxt" }'
        ),
        "the label_map_path 'PATH_TO_BE_CONFIGURED/map.pbtxt' to train, expected '/opt/ml",
    ),
    "records elsewhere": (
        lambda folder: change(
            folder, 'train_input_reader { tf_record_input_reader { input_path: "/home/me/x" } }'
        ),
        None,
    ),  # reads what it should, and a path that is nowhere
    "a backup": (
        old_pattern,
        "the input_path .*train.record\\* to train, which reads "
        "train.record-backup, expected what reads train.record-00000-of-00002 and so on",
    ),
    "eval on what was trained on": (swapped_sides, "to eval, which reads train.record-00000"),
    "no eval reader": (no_eval_reader, "found no eval_input_reader, expected one"),
    "no records": (
        lambda folder: (folder / "eval.record").unlink(),
        "eval.record: no such records",
    ),
    "half the records": (
        lambda folder: (folder / SHARDS[0]).unlink(),
        f"train.record: found the files {SHARDS[1]}, expected all ",
    ),
    "two writings": (rewrite("train.record", CAT), "train.record: found the files train.record, "),
    "cut records": (cut, f"{SHARDS[1]}: found a cut or broken record at byte"),
    "empty records": (rewrite("eval.record"), "eval.record: found no image"),
    "an unknown class": (
        rewrite("eval.record", DOG, example([3], [b"owl"])),
        "eval.record, a.jpg: found box 1: the class 'owl' is not in",
    ),
}


@pytest.mark.parametrize(
    "spoil, message",
    [pair for pair in MISTAKES.values() if pair[1]],
    ids=[name for name, pair in MISTAKES.items() if pair[1]],
)
def test_every_mistake_is_named_on_the_first_line(training, spoil, message):
    spoil(training)
    with pytest.raises(BadInput) as caught:
        preflight.check(training, None)
    first = str(caught.value).splitlines()[0]
    assert "inputs that do not fit together: " in first
    with pytest.raises(BadInput, match=message):
        raise BadInput(first)


def test_a_path_that_stands_for_no_file_is_no_mistake_beside_one_that_does(training):
    MISTAKES["records elsewhere"][0](training)
    assert preflight.check(training, None).images["train"] == 6


@pytest.mark.parametrize(
    "options, message",
    [
        ({"image_size": 300}, "an input of 160x160, expected image_size 300x300"),
        ({"image_size": "300"}, "an input of 160x160, expected image_size 300x300"),
        (
            {"inference_type": "QUANTIZED_UINT8", "post_training": "int8"},
            "post_training: found 'int8' with inference_type QUANTIZED_UINT8",
        ),
    ],
)
def test_what_is_wished_for_fits_the_config(training, options, message):
    without = RunSettings(export=ExportOptions(tflite=False, **options))
    assert preflight.check(training, None, without)
    with pytest.raises(BadInput, match=message):
        preflight.check(training, None, RunSettings(export=ExportOptions(**options)))


@pytest.mark.parametrize(
    "steps, inference_type, begins",
    [
        (0, "QUANTIZED_UINT8", 800),
        (50, "QUANTIZED_UINT8", 40),
        (1, "QUANTIZED_UINT8", 0),
        (50, "FLOAT", None),
    ],
)
def test_the_rewriter_is_put_in_where_it_is_wanted(training, steps, inference_type, begins):
    result = preflight.check(
        training, None, RunSettings(steps, export=ExportOptions(inference_type=inference_type))
    )
    assert result.qat_start_step == begins
    assert result.config.HasField("graph_rewriter") == (begins is not None)
    if begins is not None:
        quantization = result.config.graph_rewriter.quantization
        assert (quantization.delay, quantization.weight_bits, quantization.activation_bits) == (
            begins,
            8,
            8,
        )


@pytest.mark.parametrize("delay, fits", [(799, True), (1000, False), (500000, False)])
def test_fake_quantization_starts_before_the_end(tmp_path, delay, fits):
    training = channel(tmp_path, qat=True)
    change(training, "graph_rewriter { quantization { delay: %d } }" % delay)
    if fits:
        assert preflight.check(training, None, QAT)
    else:
        with pytest.raises(BadInput, match=f"a quantization delay of {delay} in 1000 steps"):
            preflight.check(training, None, QAT)
    assert preflight.check(training, None)


@pytest.mark.parametrize(
    "spoil, message",
    [
        (
            lambda folder: (folder / "model.ckpt.index").unlink(),
            "model.ckpt.index: found no checkpoint",
        ),
        (
            lambda folder: (folder / "model.ckpt.data-00000-of-00001").write_bytes(b"?" * 1000),
            "model.ckpt: found a checkpoint that cannot be read",
        ),
        (
            lambda folder: save_another(folder),
            "model.ckpt: found the weights of another network: 0 of",
        ),
    ],
)
def test_a_checkpoint_that_does_not_serve(tmp_path, checkpoint, spoil, message):
    shutil.copytree(str(checkpoint), str(tmp_path / "checkpoint"))
    spoil(tmp_path / "checkpoint")
    (tmp_path / "training").mkdir()
    with pytest.raises(BadInput, match=message):
        preflight.check(channel(tmp_path / "training", "model.ckpt"), tmp_path / "checkpoint")


def save_another(folder):
    with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable("weights", [3])
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, str(folder / "model.ckpt"))


def test_a_checkpoint_outside_its_channel(tmp_path, checkpoint):
    training = channel(tmp_path, "model.ckpt")
    change(training, 'train_config { fine_tune_checkpoint: "PATH_TO_BE_CONFIGURED/model.ckpt" }')
    with pytest.raises(
        BadInput,
        match="the fine_tune_checkpoint PATH_TO_BE_CONFIGURED/model.ckpt,"
        " expected one in /opt/ml/input/data/checkpoint",
    ):
        preflight.check(training, checkpoint)


def test_all_mistakes_are_named_at_once(tmp_path):
    training = channel(tmp_path, "model.ckpt")
    label_map_file.write(LabelMap.of(["dog", "cat", "owl"]), training / "label_map.pbtxt")
    change(
        training,
        "train_config { data_augmentation_options { } } model { ssd { "
        "feature_extractor { pad_to_multiple: 7 } } }",
    )
    (training / "eval.record").unlink()
    cut(training)
    with pytest.raises(BadInput) as caught:
        preflight.check(
            training, tmp_path / "none", RunSettings(export=ExportOptions(image_size=300))
        )
    said = str(caught.value).splitlines()
    for message in (
        "num_classes: 2, expected 3",
        "pad_to_multiple: 7",
        "an augmentation that",
        f"{SHARDS[1]}: found a cut",
        "eval.record: no such records",
        "model.ckpt.index: found no checkpoint",
    ):
        assert [line for line in said if message in line], message
    assert said[0].startswith("7 inputs that do not fit together: ")
