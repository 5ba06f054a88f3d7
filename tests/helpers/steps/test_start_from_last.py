"""Training again: which model it starts from, what is taken over and said."""

import json
import logging
import os
import shutil

import pytest
import tiny_model
import workflow

from helpers.annotations import csv_table, label_map_file
from helpers.pipeline_config import adaptation, pipeline
from helpers.pipeline_config.adaptation import ConfigOptions
from helpers.steps.choose_recipe import choose_recipe
from helpers.steps.configure_pipeline import PipelineOptions, configure_pipeline
from helpers.steps.start_from_last import choose_start, remap_classes
from helpers.structures.errors import BadInput, MissingPart
from helpers.structures.label_map import LabelMap
from helpers.training import local_job
from helpers.training.job_layout import JobLayout
from helpers.workspace import Workspace

OLD, NEW = LabelMap.of(["cat", "dog"]), LabelMap.of(["ant", "cat"])


def finish(job, checkpoint, started_from="", at=1000):
    """A finished job of seven steps, with a tiny network that knows cats and dogs."""
    layout = JobLayout(job)
    layout.graph.mkdir(parents=True)
    config = adaptation.adapt(
        tiny_model.config(size=(96, 96)), OLD, ConfigOptions(checkpoint=started_from)
    )
    pipeline.write(config, layout.graph / "pipeline.config")
    label_map_file.write(OLD, layout.graph / "label_map.pbtxt")
    for path in sorted(checkpoint.glob("model.ckpt.*")):
        shutil.copyfile(str(path), str(layout.model / f"model.ckpt-7{path.suffix}"))
    report = layout.graph / "export.json"
    report.write_text(
        json.dumps({"passed": True, "checkpoint": {"name": "model.ckpt-7", "step": 7}})
    )
    os.utime(str(report), (at, at))


@pytest.fixture(scope="module")
def tiny_checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    config = adaptation.adapt(tiny_model.config(size=(96, 96)), OLD)
    tiny_model.checkpoint(config, folder)
    return folder


def put_data(work, record, train, evaluated, label_map=NEW):
    work.training.mkdir(parents=True, exist_ok=True)
    for split, names in (("train", train), ("eval", evaluated)):
        rows = [record(f"{name}.jpg", ("cat", 5, 5, 30, 28)) for name in names.split()]
        csv_table.write(rows, work.channel.table(split))
    label_map_file.write(label_map, work.label_map)


@pytest.fixture
def work(tmp_path, tiny_checkpoint, record):
    """A work folder whose job trained on a and b and was evaluated on c; d came later."""
    work = Workspace.at(tmp_path / "work")
    put_data(work, record, "a b", "c", OLD)
    finish(work.job("first"), tiny_checkpoint)
    local_job.keep_split(JobLayout(work.job("first")), work.training)
    put_data(work, record, "a b d", "c")
    return work


def carry(work, start):
    return remap_classes(start, work.channel, work.checkpoint)


def becomes(prepared):
    return {row["part"]: row["becomes"] for row in prepared.rows()}


def test_the_last_model_is_remapped_to_the_classes_of_the_run(work):
    start = choose_start(work, "auto", "last")
    assert start.template == str(work.job("first") / "model" / "graph" / "pipeline.config")
    prepared = carry(work, start)
    assert becomes(prepared) == {
        "box predictors": "kept",
        "class predictors": "by class",
        "feature extractor": "kept",
        "class cat": "kept",
        "class ant": "new",
        "class dog": "dropped",
    }
    assert "id 1, now 2" in prepared.as_text()
    assert prepared.start.checkpoint == "last-first-7.ckpt"
    assert (work.checkpoint / "last-first-7.ckpt.index").is_file()
    assert prepared.start.state()["start"] == {
        "job": "first",
        "step": 7,
        "classes": {"kept": ["cat"], "new": ["ant"], "dropped": ["dog"]},
        "start": None,
        "checkpoint": "last-first-7.ckpt",
    }
    recipe = choose_recipe(prepared.start, work.channel.table("train"))
    assert recipe.options.num_steps and recipe.options.fit_anchors is None


@pytest.fixture
def quick_remapping(monkeypatch):
    """Only the record of a remapped checkpoint is written, which takes no TensorFlow."""
    from helpers.pipeline_config.class_remapping import ClassRemapping
    from helpers.pretrained import remapped_checkpoint

    def write(model, label_map, prefix, facts):
        classes = ClassRemapping(model.label_map.names, label_map.names)
        record = dict(facts, checkpoint=prefix.name, classes=classes._asdict(), parts=[], files=[])
        prefix.parent.mkdir(exist_ok=True)
        (prefix.parent / "last.json").write_text(json.dumps(record))
        return classes

    monkeypatch.setattr(remapped_checkpoint, "write", write)


def test_nothing_new_starts_from_the_same_model_and_more_photos_from_its_successor(
    work, quick_remapping, tiny_checkpoint, record
):
    first = carry(work, choose_start(work, "auto", "last"))
    again = carry(work, choose_start(work, "auto", "last"))
    assert again == first
    finish(work.job("second"), tiny_checkpoint, first.start.checkpoint, at=2000)
    assert choose_start(work, "auto", "last").last.job.name == "second"
    repeated = carry(work, choose_start(work, "auto", "last"))
    assert repeated.start.state() == first.start.state()
    assert repeated.start.template == first.start.template
    named = carry(work, choose_start(work, "auto", "second"))
    assert named.start.checkpoint == "last-second-7.ckpt"
    put_data(work, record, "a b d e", "c")
    more = carry(work, choose_start(work, "auto", "last"))
    assert more.start.checkpoint == "last-second-7.ckpt"
    assert more.start.state()["start"]["start"]["job"] == "first"


def test_a_job_of_another_work_folder_can_be_named(work, quick_remapping, tmp_path, record):
    other = Workspace.at(tmp_path / "other")
    put_data(other, record, "x", "y")
    start = choose_start(other, "auto", str(work.job("first")))
    assert carry(other, start).start.checkpoint == "last-first-7.ckpt"


def test_source_and_license_of_the_first_weights_stay_known(
    work, quick_remapping, tiny_checkpoint, record
):
    work.checkpoint.mkdir()
    (work.checkpoint / "SOURCE.json").write_text('{"license": "Apache-2.0"}')
    finish(work.job("fine"), tiny_checkpoint, "model.ckpt", at=3000)
    expected = {"license": "Apache-2.0", "checkpoint": "model.ckpt"}
    for _ in range(2):
        prepared = carry(work, choose_start(work, "auto", "last"))
        assert prepared.start.state()["start"]["start"] == expected
    finish(work.job("finer"), tiny_checkpoint, prepared.start.checkpoint, at=4000)
    put_data(work, record, "a b d e", "c")
    prepared = carry(work, choose_start(work, "auto", "last"))
    assert prepared.start.state()["start"]["start"]["start"] == expected


@pytest.mark.parametrize(
    "train, evaluated, odd",
    [("a b d", "c", set()), ("a b c", "d", {"train split"}), ("b d", "a c", {"eval split"})],
    ids=["as before", "evaluated on, now trained on", "trained on, now evaluated on"],
)
def test_images_that_change_their_split_are_named(
    work, quick_remapping, record, caplog, train, evaluated, odd
):
    put_data(work, record, train, evaluated)
    with caplog.at_level(logging.WARNING):
        prepared = carry(work, choose_start(work, "auto", "last"))
    assert {part for part, how in becomes(prepared).items() if how == "differs"} == odd
    assert bool(caplog.records) == bool(odd)
    assert (str(JobLayout(work.job("first")).split) in prepared.as_text()) == bool(odd)


def test_without_a_model_it_says_where_none_is(tmp_path):
    work = Workspace.at(tmp_path)
    with pytest.raises(MissingPart, match=f"{work.jobs}: "):
        choose_start(work, "auto", "last")
    with pytest.raises(MissingPart, match=f"{work.job('third')}: "):
        choose_start(work, "auto", "third")
    assert not list(tmp_path.iterdir())


def test_a_recipe_beside_it_is_refused(work):
    with pytest.raises(BadInput, match="RECIPE: .*small_ssd.*START"):
        choose_start(work, "small_ssd", "last")


def test_without_start_nothing_is_remapped(work):
    before = sorted(work.root.rglob("*"))
    start = choose_start(work, "small_ssd", "")
    prepared = carry(work, start)
    assert prepared.start == start and becomes(prepared) == {"all layers": "at random"}
    assert sorted(work.root.rglob("*")) == before


def test_a_model_trained_on_one_set_goes_on_with_another(trained, sample_folder, tmp_path):
    annotations = tmp_path / "annotations"
    shutil.copytree(str(sample_folder / "annotations"), str(annotations))
    for path in sorted(annotations.iterdir()):
        path.write_text(path.read_text().replace(">banana<", ">pear<"))
    work = Workspace.at(tmp_path / "work")
    workflow.import_annotations(work, annotations, sample_folder / "img")
    workflow.map_labels(work)
    workflow.split_dataset(work)
    workflow.write_tfrecords(work)
    logs = []
    for _ in range(2):
        start = carry(work, choose_start(work, "auto", str(trained.job_in_use()))).start
        options = PipelineOptions(num_steps=2)
        configure_pipeline(start.template, work.label_map, work.config, options, start.checkpoint)
        logs.append(workflow.train(work, {"num_steps": 2}).log.read_text())
    said = "324 of 324 variables come from the checkpoint; classes kept: apple, donut; new: pear"
    assert f"{said}; dropped: banana" in logs[0] and "already trained to step 2 of 2" in logs[1]
    assert [folder.name for folder in work.jobs.iterdir()] == [work.state()["job"]]
