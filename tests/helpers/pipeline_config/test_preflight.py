"""Records, label map and config: whatever does not fit is named, all at once."""

import re

import pytest
import training_channel
from plain_records import example, write
from tiny_model import EXTRACTOR
from training_channel import CAT, DOG, LABELS, SHARDS, change_config

from helpers.annotations import label_map_file
from helpers.pipeline_config import pipeline, preflight
from helpers.pipeline_config.export_options import ExportOptions
from helpers.pipeline_config.preflight import RunSettings
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.workspace import CONTAINER_CHANNEL


def test_inputs_that_fit(training, tmp_path):
    result = preflight.check(training, tmp_path / "none")
    assert result.label_map == LABELS and result.start is None
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


def rewrite(name, *examples):
    return lambda folder: write(folder / name, *examples)


def truncate(folder):
    path = folder / SHARDS[1]
    path.write_bytes(path.read_bytes()[:-3])


def loose_pattern(folder):
    config = pipeline.read(folder / "pipeline.config")
    reader = config.train_input_reader.tf_record_input_reader
    reader.input_path[:] = [f"{CONTAINER_CHANNEL.folder}/train.record*"]
    pipeline.write(config, folder / "pipeline.config")
    write(folder / "train.record-backup", CAT)


def eval_reads_train(folder):
    config = pipeline.read(folder / "pipeline.config")
    config.eval_input_reader[0].CopyFrom(config.train_input_reader)
    pipeline.write(config, folder / "pipeline.config")


def remove_eval_reader(folder):
    config = pipeline.read(folder / "pipeline.config")
    del config.eval_input_reader[:]
    pipeline.write(config, folder / "pipeline.config")


def remove(name):
    return lambda folder: (folder / name).unlink()


def change(changes):
    return lambda folder: change_config(folder, changes)


def relabel(*names):
    return lambda folder: label_map_file.write(LabelMap.of(names), folder / "label_map.pbtxt")


LEARNING_RATE = "train_config { optimizer { adam_optimizer { learning_rate { %s } } } }"


@pytest.mark.parametrize(
    "spoil, message",
    [
        pytest.param(remove("label_map.pbtxt"), "label_map.pbtxt: .*no such", id="no label map"),
        pytest.param(
            relabel("cat", "dog", "owl"),
            "pipeline.config: .*num_classes: 2, expected 3",
            id="other classes",
        ),
        pytest.param(
            relabel("dog", "cat"), "a.jpg: .*box 1: .*id 1, 'dog' .*'cat'", id="other order"
        ),
        pytest.param(remove("pipeline.config"), "pipeline.config: .*no such", id="no config"),
        pytest.param(
            lambda folder: (folder / "pipeline.config").write_text("model {"),
            "pipeline.config: .*not parse",
            id="broken config",
        ),
        pytest.param(
            lambda folder: (folder / "pipeline.config").write_text(""),
            "model None, expected ssd",
            id="no model",
        ),
        pytest.param(
            change("model { faster_rcnn { } }"),
            "expected fixed_shape_resizer",
            id="a model without an input size",
        ),
        pytest.param(
            change(EXTRACTOR % 'type: "ssd_mobilenet_v9"'),
            "extractor ssd_mobilenet_v9, expected",
            id="another extractor",
        ),
        pytest.param(
            change("train_config { num_steps: 0 }"), "num_steps: 0, expected 1", id="no steps"
        ),
        pytest.param(
            change("train_config { batch_size: 0 }"), "batch_size: 0, expected 1", id="no batch"
        ),
        pytest.param(
            change(LEARNING_RATE % "manual_step_learning_rate { }"),
            "optimizer .*Empty",
            id="empty schedule",
        ),
        pytest.param(
            change(LEARNING_RATE % "cosine_decay_learning_rate { warmup_learning_rate: 9 }"),
            "optimizer .*warmup_learning_rate",
            id="warm-up above the rate",
        ),
        pytest.param(
            change("train_config { data_augmentation_options { } }"),
            "augmentation .*built",
            id="empty augmentation",
        ),
        pytest.param(
            change('train_input_reader { label_map_path: "PATH_TO_BE_CONFIGURED/map.pbtxt" }'),
            "label_map_path 'PATH_TO_BE_CONFIGURED/map.pbtxt' to train, expected '/opt/ml",
            id="label map elsewhere",
        ),
        pytest.param(
            loose_pattern,
            r"input_path .*train.record\* to train, .*train.record-backup, expected "
            ".*train.record-00000-of-00002",
            id="backup beside the records",
        ),
        pytest.param(
            eval_reads_train, "input_path .* to eval, .*train.record-00000", id="eval on train"
        ),
        pytest.param(remove_eval_reader, "no eval_input_reader", id="no eval reader"),
        pytest.param(remove("eval.record"), "eval.record: .*no such", id="no records"),
        pytest.param(
            remove(SHARDS[0]), f"train.record: .*{SHARDS[1]}, expected all", id="missing shard"
        ),
        pytest.param(
            rewrite("train.record", CAT), "train.record: .*files train.record, ", id="written twice"
        ),
        pytest.param(truncate, f"{SHARDS[1]}: .*broken record", id="truncated records"),
        pytest.param(rewrite("eval.record"), "eval.record: .*no image", id="empty records"),
        pytest.param(
            rewrite("eval.record", DOG, example([3], [b"owl"])),
            "eval.record, a.jpg: .*box 1: .*'owl'",
            id="unknown class",
        ),
    ],
)
def test_every_mistake_is_named_on_the_first_line(training, spoil, message):
    spoil(training)
    with pytest.raises(BadInput) as caught:
        preflight.check(training, None)
    first_line = str(caught.value).splitlines()[0]
    assert "fit together: " in first_line
    assert re.search(message, first_line)


def test_a_path_without_files_is_accepted_beside_the_records(training):
    change_config(
        training, 'train_input_reader { tf_record_input_reader { input_path: "/home/me/x" } }'
    )
    assert preflight.check(training, None).images["train"] == 6


def test_all_mistakes_are_named_at_once(tmp_path):
    training = training_channel.write(tmp_path, "model.ckpt")
    relabel("dog", "cat", "owl")(training)
    change_config(
        training,
        "train_config { data_augmentation_options { } }" + EXTRACTOR % "pad_to_multiple: 7",
    )
    (training / "eval.record").unlink()
    truncate(training)
    with pytest.raises(BadInput) as caught:
        preflight.check(
            training, tmp_path / "none", RunSettings(export=ExportOptions(image_size=300))
        )
    lines = str(caught.value).splitlines()
    for message in (
        "num_classes: 2, expected 3",
        "pad_to_multiple: 7",
        "augmentation .*built",
        f"{SHARDS[1]}: .*broken record",
        "eval.record: .*no such",
        "model.ckpt.index: .*no checkpoint",
    ):
        assert [line for line in lines if re.search(message, line)], message
    assert re.match("7 .*fit together: ", lines[0])
