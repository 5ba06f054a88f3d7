"""Hosts that write records together: processes on this machine, each on a layout of its own."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import plain_boxes as boxes
import pytest
import workflow

from helpers.annotations import csv_table, label_map_file
from helpers.structures.dataset import ImageRecord
from helpers.system import files
from helpers.tfrecords import framing, manifest, manifest_merge, tfrecord
from helpers.workspace import TrainingChannel, Workspace
from trainer import make_tfrecords

RECORDS = Path(__file__).resolve().parents[2] / "docker" / "make_tfrecords"
TWO = ["algo-1", "algo-2"]


@pytest.fixture(scope="module")
def tables(sample_folder, tmp_path_factory):
    """Tables and label map of 24 images, 18 of them to train on."""
    work = Workspace.at(tmp_path_factory.mktemp("tables"))
    workflow.import_annotations(work, sample_folder / "annotations", sample_folder / "img")
    workflow.map_labels(work)
    workflow.split_dataset(work, 0.75)
    return work.training


def lay_out(base, host, hosts, images, tables, out=None):
    """What SageMaker lays out for one of several hosts; ``out`` is a folder that they share."""
    (base / "config").mkdir(parents=True)
    files.write_json(
        base / "config" / "resourceconfig.json", {"current_host": host, "hosts": hosts}
    )
    (base / "processing" / "input" / "images").mkdir(parents=True)
    for image in images:
        os.symlink(str(image), str(base / "processing" / "input" / "images" / image.name))
    os.symlink(str(tables), str(base / "processing" / "input" / "tables"))
    if out:
        out.mkdir(exist_ok=True)
        os.symlink(str(out), str(base / "processing" / "output"))
    else:
        (base / "processing" / "output").mkdir()
    return base


def started(base, *arguments):
    return subprocess.Popen(
        [sys.executable, str(RECORDS), *arguments],
        stderr=subprocess.PIPE,
        universal_newlines=True,
        env=dict(os.environ, SAGEMAKER_BASE_DIR=str(base)),
    )


def ended(processes):
    """Exit codes and what they complained of; all are awaited side by side."""
    said = [process.communicate(timeout=120)[1] for process in processes]
    return [(process.returncode, text) for process, text in zip(processes, said)]


def gathered(bases, out):
    """What SageMaker does at the end: brings all output to one place."""
    out.mkdir()
    for base in bases:
        for path in (base / "processing" / "output").iterdir():
            assert not (out / path.name).exists() and path.name[0] != "."
            shutil.copy(str(path), str(out / path.name))
    return out


def hold(out, tables, decoded, shards):
    """Everything that is promised of what two machines made."""
    whole = manifest_merge.merge(out, TrainingChannel(tables))
    names = label_map_file.read(tables / "label_map.pbtxt").names
    for side in ("train", "eval"):
        paths = framing.existing(out / f"{side}.record")
        assert paths == framing.shard_paths(out / f"{side}.record", 2 * shards)
        assert boxes.of_records(decoded(paths), names) == boxes.of_table(
            tables / f"data_{side}.csv"
        )
    assert [whole[side]["images"] for side in ("train", "eval")] == [18, 6]
    return whole


def test_each_machine_takes_the_images_it_was_given(tmp_path, sample_folder, tables, decoded):
    images = sorted((sample_folder / "img").iterdir())
    bases = [
        lay_out(tmp_path / host, host, TWO, images[number::2], tables)
        for number, host in enumerate(TWO)
    ]
    assert ended([started(base, "--shards=2") for base in bases]) == [(0, ""), (0, "")]
    out = gathered(bases, tmp_path / "out")
    hold(out, tables, decoded, 2)
    given = {image.name for image in images[::2]}
    part = files.read_json(manifest.part_path(out, 0, 2))
    assert {source for one in part["shards"] for source in one["sources"]} == given
    assert [one["file"][-14:] for one in part["shards"]] == ["00000-of-00004", "00002-of-00004"] * 2


def test_in_local_mode_each_takes_every_second_and_waits_for_the_other(
    tmp_path, sample_folder, tables, decoded
):
    images = sorted((sample_folder / "img").iterdir())
    first, second = (
        lay_out(tmp_path / host, host, TWO, images, tables, tmp_path / "out") for host in TWO
    )
    early = started(first, "--local", "--max-side=80")
    deadline = time.monotonic() + 60
    while not manifest.part_path(tmp_path / "out", 0, 2).exists():
        assert early.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    with pytest.raises(subprocess.TimeoutExpired):  # the first to end would end the other
        early.wait(3)
    assert ended([early, started(second, "--local", "--max-side=80")]) == [(0, ""), (0, "")]
    assert not list((tmp_path / "out").glob(".*"))
    whole = manifest_merge.merge(tmp_path / "out", TrainingChannel(tables))
    assert [whole[side][key] for side in ("train", "eval") for key in ("files", "images")] == [
        2,
        18,
        2,
        6,
    ]
    shapes = {one["image"].shape[:2] for one in decoded((tmp_path / "out").glob("*.record-*"))}
    assert max(max(shape) for shape in shapes) == 80


def test_a_machine_that_got_no_image_of_a_side_writes_files_without_records(
    tmp_path, sample_folder, tables, decoded
):
    evaluation = {one.path for one in csv_table.read(tables / "data_eval.csv")}
    images = sorted((sample_folder / "img").iterdir())
    halves = (
        [one for one in images if one.name in evaluation],
        [one for one in images if one.name not in evaluation],
    )
    bases = [lay_out(tmp_path / host, host, TWO, half, tables) for host, half in zip(TWO, halves)]
    assert ended([started(base) for base in bases]) == [(0, ""), (0, "")]
    out = gathered(bases, tmp_path / "out")
    whole = hold(out, tables, decoded, 1)
    assert {one["file"]: one["images"] for one in whole["shards"]} == {
        "train.record-00000-of-00002": 0,
        "train.record-00001-of-00002": 18,
        "eval.record-00000-of-00002": 6,
        "eval.record-00001-of-00002": 0,
    }


def test_the_trainer_takes_a_file_without_records_among_others(tmp_path, sample_folder, tables):
    training = tmp_path / "training"
    shutil.copytree(str(tables), str(training))
    label_map = label_map_file.read(tables / "label_map.pbtxt")
    for side in ("train", "eval"):
        tfrecord.write(
            csv_table.read(tables / f"data_{side}.csv"),
            label_map,
            sample_folder / "img",
            training / f"{side}.record-00000-of-00002",
        )
        (training / f"{side}.record-00001-of-00002").write_bytes(b"")
    work = Workspace.at(tmp_path)
    workflow.configure_pipeline_for(work, "small_ssd", 4)
    assert dict(workflow.preflight(work).images) == {"train": 18, "eval": 6}


def test_machines_and_one_alone_write_the_same_images(tmp_path, sample_folder, tables):
    images = sorted((sample_folder / "img").iterdir())
    base = lay_out(tmp_path / "one", "algo-1", ["algo-1"], images, tables)
    assert ended([started(base, "--seed=3")]) == [(0, "")]
    label_map = label_map_file.read(tables / "label_map.pbtxt")
    out = base / "processing" / "output"
    for side in ("train", "eval"):
        (path,) = tfrecord.write(
            csv_table.read(tables / f"data_{side}.csv"),
            label_map,
            sample_folder / "img",
            tmp_path / f"{side}.record",
            tfrecord.RecordOptions(seed=3),
        ).paths
        assert (out / f"{side}.record").read_bytes() == path.read_bytes()
    assert manifest_merge.merge(out, TrainingChannel(tables))["machines"] == 1


@pytest.mark.parametrize(
    "number, local, expected",
    [(0, False, "abc"), (1, False, "abc"), (0, True, "ac"), (1, True, "b")],
)
def test_own_records(tmp_path, number, local, expected):
    for name in "abc":
        (tmp_path / name).write_bytes(b"")
    given = [ImageRecord(name, 4, 3) for name in "abcd"]  # nobody has the last one
    mine = make_tfrecords.own_records(given, tmp_path, make_tfrecords.Host(number, 2), local)
    assert "".join(one.path for one in mine) == expected
    assert [one.path for one in given] == list("abcd")


def cut_image(base):
    image = sorted((base / "processing" / "input" / "images").iterdir())[0]
    content = image.read_bytes()[:-60]
    image.unlink()  # a link to the sample
    image.write_bytes(content)


def resource(text):
    def write(base):
        (base / "config" / "resourceconfig.json").write_text(text)

    return write


def without_table(base):
    folder = base / "processing" / "input" / "tables"
    kept = [
        (path.name, path.read_bytes())
        for path in folder.resolve().iterdir()
        if path.name == "data_train.csv"
    ]
    folder.unlink()
    folder.mkdir()
    for name, content in kept:
        (folder / name).write_bytes(content)


@pytest.mark.parametrize(
    "spoil, arguments, said",
    [
        (cut_image, [], "sample-0001.jpg: found"),
        (without_table, [], "label_map.pbtxt: no such file"),
        (
            resource('{"current_host": "x", "hosts": ["algo-1"]}'),
            [],
            "resourceconfig.json: found no",
        ),
        (resource("[]"), [], "resourceconfig.json: found no host"),
        (resource("{"), [], "resourceconfig.json: found broken JSON"),
        (lambda base: None, ["--shards=4"], "data_eval.csv: found 6 images, expected at least 8"),
        (lambda base: None, ["--max-side=-1"], "longest edge of -1"),
    ],
    ids=["image", "table", "host", "list", "json", "shards", "side"],
)
def test_what_fails_says_why_where_sagemaker_shows_it(
    tmp_path, sample_folder, tables, spoil, arguments, said
):
    base = lay_out(
        tmp_path / "base", "algo-1", TWO, sorted((sample_folder / "img").iterdir()), tables
    )
    spoil(base)
    ((code, complaint),) = ended([started(base, *arguments)])
    message = (base / "output" / "message").read_bytes()
    assert code == 1 and said.encode() in message.splitlines()[0] and len(message) <= 1024
    assert said in complaint and "Traceback" not in complaint
    assert not list((base / "processing" / "output").glob("*.json"))


def test_killed_and_started_again_it_writes_the_same(tmp_path, sample_folder, tables):
    images = sorted((sample_folder / "img").iterdir())
    killed, whole = (
        lay_out(tmp_path / name, "algo-2", TWO, images[1::2], tables)
        for name in ("killed", "whole")
    )
    process = started(killed)
    beside = killed / "processing" / "output" / ".00001.unfinished"
    deadline = time.monotonic() + 60
    while not beside.exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not list((killed / "processing" / "output").glob("part-*"))
    assert ended([started(killed), started(whole)]) == [(0, ""), (0, "")]
    first, second = (
        {path.name: path.read_bytes() for path in (base / "processing" / "output").iterdir()}
        for base in (killed, whole)
    )
    assert first == second and len(first) == 3


def test_an_unforeseen_end_leaves_its_cause_too(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))

    def run(layout, options: argparse.Namespace):
        raise RuntimeError("é" * 2000)

    monkeypatch.setattr(make_tfrecords, "run", run)
    assert make_tfrecords.main([]) == 1
    message = (tmp_path / "output" / "message").read_bytes()
    assert len(message) <= 1024 and message.decode().startswith("RuntimeError: éé")
    assert "Traceback" in capfd.readouterr().err


def test_sagemaker_processing_finds_the_program():
    dockerfile = (RECORDS.parent / "Dockerfile").read_text(encoding="utf-8")
    assert "COPY docker/make_tfrecords /opt/trainer/make_tfrecords\n" in dockerfile
    assert RECORDS.stat().st_mode & 0o111 == 0o111
