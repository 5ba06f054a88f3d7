"""The step that writes ``pipeline.config``: the verb's and the step's."""

import re

import pytest
import workflow
from plain_records import example, write

from helpers import __main__ as program
from helpers.annotations import csv_table, label_map_file
from helpers.pipeline_config import pipeline, preflight
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.workspace import CONTAINER_CHANNEL, CONTAINER_CHECKPOINT, Workspace

TWO = LabelMap.of(["cat", "dog"])


@pytest.fixture()
def work(tmp_path, record):
    """A work folder with everything but the config; its boxes are long and flat."""
    work = Workspace.at(tmp_path / "work")
    label_map_file.write(TWO, work.label_map)
    records = [record(f"{number}.jpg", ("cat", 1, 5, 38, 8 + number / 10)) for number in range(12)]
    csv_table.write(records[:10], work.training / "data_train.csv")
    csv_table.write(records[10:], work.training / "data_eval.csv")
    write(work.training / "train.record", *[example([1], [b"cat"])] * 10)
    write(work.training / "eval.record", *[example([1], [b"cat"])] * 2)
    return work


def verb(work, *options, template="small_ssd"):
    return program.main(
        ["pipeline", str(template), str(work.label_map), "-o", str(work.config), *options]
    )


def anchors_of(config):
    return config.model.ssd.anchor_generator.ssd_anchor_generator


def test_the_verb_and_the_step_write_the_same(work, capsys):
    assert (
        verb(
            work,
            "--steps",
            "70",
            "--batch-size",
            "8",
            "--augment",
            "hflip,crop",
            "--qat",
            "--image-size",
            "128",
            "--anchors",
            str(work.training / "data_train.csv"),
        )
        == 0
    )
    by_the_verb = work.config.read_text()
    captured = capsys.readouterr()
    assert captured.out == f"{work.config}\n"
    assert "train_config.batch_size: 16 -> 8" in captured.err.splitlines()
    assert re.search(r"^anchors: .*best anchor 0\.", captured.err, re.MULTILINE)
    workflow.configure_pipeline_for(
        work,
        "small_ssd",
        70,
        batch_size=8,
        image_size=128,
        augment="hflip,crop",
        qat=True,
        fit_anchors=work.training / "data_train.csv",
    )
    assert work.config.read_text() == by_the_verb
    assert preflight.check(work.training, work.checkpoint).images == {"train": 10, "eval": 2}


def test_the_diff_is_shown_on_request(work, capsys):
    assert verb(work, "--steps", "70", "--diff") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [str(work.config), "--- small_ssd", "+++ pipeline.config"]
    assert "-  num_steps: 900" in lines and "+  num_steps: 70" in lines


@pytest.mark.parametrize(
    "options, checkpoint",
    [([], ""), (["--fine-tune"], "model.ckpt"), (["--fine-tune", "model.ckpt-9"], "model.ckpt-9")],
    ids=["from scratch", "default prefix", "prefix given"],
)
def test_the_verb_starts_from_a_checkpoint_on_request(work, options, checkpoint):
    assert verb(work, *options) == 0
    assert pipeline.read(work.config).train_config.fine_tune_checkpoint == (
        f"{CONTAINER_CHECKPOINT}/{checkpoint}" if checkpoint else ""
    )


@pytest.mark.parametrize("name", ["model.ckpt", "model.ckpt-400"])
def test_the_step_starts_from_the_checkpoint_that_is_there(work, name):
    work.checkpoint.mkdir(parents=True)
    (work.checkpoint / f"{name}.index").write_bytes(b"")
    workflow.configure_pipeline_for(work, "small_ssd", 70)
    assert (
        pipeline.read(work.config).train_config.fine_tune_checkpoint
        == f"{CONTAINER_CHECKPOINT}/{name}"
    )


def test_what_is_known_of_the_data_gets_into_the_config(work):
    workflow.configure_pipeline_for(work, "small_ssd", 70)
    config = pipeline.read(work.config)
    assert config.eval_config.num_examples == 2
    assert list(config.train_input_reader.tf_record_input_reader.input_path) == [
        f"{CONTAINER_CHANNEL.folder}/train.record"
    ]
    assert anchors_of(config) == anchors_of(pipeline.read("small_ssd"))
    workflow.configure_pipeline_for(
        work, "small_ssd", 70, fit_anchors=work.training / "data_train.csv"
    )
    assert max(anchors_of(pipeline.read(work.config)).aspect_ratios) > 5


def test_a_template_of_another_version(work, tmp_path, capsys):
    text = pipeline.text_of(pipeline.read("small_ssd")).replace(
        "feature_extractor {", "feature_extractor { batch_norm_trainable: true", 1
    )
    (tmp_path / "zoo.config").write_text(text)
    assert verb(work, template=tmp_path / "zoo.config") == 0
    assert "batch_norm_trainable" not in work.config.read_text()


@pytest.mark.parametrize(
    "options, message",
    [
        (["--augment", "flips"], "augmentation: .*'flips', .*hflip"),
        (["--steps", "-4"], "steps: .*-4"),
        (["--anchors", "none.csv"], "none.csv: .*such file"),
    ],
    ids=["unknown augmentation", "negative steps", "no table"],
)
def test_bad_options_write_nothing(work, options, message, capsys):
    assert verb(work, *options) == 1
    assert re.search(message, capsys.readouterr().err) and not work.config.exists()


def test_the_preflight_passes_or_names_the_mistake(work):
    workflow.configure_pipeline_for(work, "small_ssd", 70)
    assert workflow.preflight(work).label_map == TWO
    label_map_file.write(LabelMap.of(["cat"]), work.label_map)
    with pytest.raises(BadInput, match="num_classes: 2,.* 1"):
        workflow.preflight(work)
