"""Hosts that write records together: processes on this machine, each on a layout of its own."""

import shutil
import subprocess
import time

import plain_boxes as boxes
import pytest
import workflow
from processing_job import HOSTS, PROGRAM, lay_out, results, start

from helpers.annotations import csv_table, label_map_file
from helpers.structures.dataset import ImageRecord
from helpers.system import files
from helpers.tfrecords import framing, manifest, manifest_merge, tfrecord
from helpers.workspace import TrainingChannel, Workspace
from trainer import make_tfrecords


def collect(bases, out):
    """What SageMaker does at the end: brings all output to one place."""
    out.mkdir()
    for base in bases:
        for path in (base / "processing" / "output").iterdir():
            assert not (out / path.name).exists() and path.name[0] != "."
            shutil.copy(str(path), str(out / path.name))
    return out


def require_complete(out, tables, decoded, shards):
    """Merges what two hosts made: every image once, in the expected files, with its boxes."""
    merged = manifest_merge.merge(out, TrainingChannel(tables))
    names = label_map_file.read(tables / "label_map.pbtxt").names
    for split in ("train", "eval"):
        paths = framing.existing(out / f"{split}.record")
        assert paths == framing.shard_paths(out / f"{split}.record", 2 * shards)
        assert boxes.of_records(decoded(paths), names) == boxes.of_table(
            tables / f"data_{split}.csv"
        )
    assert [merged[split]["images"] for split in ("train", "eval")] == [18, 6]
    return merged


def test_each_host_writes_the_images_it_was_given(tmp_path, sample_folder, tables, decoded):
    images = sorted((sample_folder / "img").iterdir())
    bases = [
        lay_out(tmp_path / host, host, images[number::2], tables)
        for number, host in enumerate(HOSTS)
    ]
    assert results([start(base, "--shards=2") for base in bases]) == [(0, ""), (0, "")]
    out = collect(bases, tmp_path / "out")
    require_complete(out, tables, decoded, 2)
    expected = {image.name for image in images[::2]}
    part = files.read_json(manifest.part_path(out, 0, 2))
    assert {source for shard in part["shards"] for source in shard["sources"]} == expected
    assert [shard["file"][-14:] for shard in part["shards"]] == [
        "00000-of-00004",
        "00002-of-00004",
    ] * 2


def test_in_local_mode_each_takes_every_second_and_waits_for_the_other(
    tmp_path, sample_folder, tables, decoded
):
    images = sorted((sample_folder / "img").iterdir())
    first, second = (
        lay_out(tmp_path / host, host, images, tables, tmp_path / "out") for host in HOSTS
    )
    early = start(first, "--local", "--max-side=80")
    deadline = time.monotonic() + 60
    while not manifest.part_path(tmp_path / "out", 0, 2).exists():
        assert early.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    with pytest.raises(subprocess.TimeoutExpired):  # the first to end would end the other
        early.wait(3)
    assert results([early, start(second, "--local", "--max-side=80")]) == [(0, ""), (0, "")]
    assert not list((tmp_path / "out").glob(".*"))
    merged = manifest_merge.merge(tmp_path / "out", TrainingChannel(tables))
    assert [merged[split][key] for split in ("train", "eval") for key in ("files", "images")] == [
        2,
        18,
        2,
        6,
    ]
    shapes = {
        example["image"].shape[:2] for example in decoded((tmp_path / "out").glob("*.record-*"))
    }
    assert max(max(shape) for shape in shapes) == 80


def test_a_host_without_images_of_a_split_writes_files_without_records(
    tmp_path, sample_folder, tables, decoded
):
    evaluation = {record.path for record in csv_table.read(tables / "data_eval.csv")}
    images = sorted((sample_folder / "img").iterdir())
    halves = (
        [image for image in images if image.name in evaluation],
        [image for image in images if image.name not in evaluation],
    )
    bases = [lay_out(tmp_path / host, host, half, tables) for host, half in zip(HOSTS, halves)]
    assert results([start(base) for base in bases]) == [(0, ""), (0, "")]
    out = collect(bases, tmp_path / "out")
    merged = require_complete(out, tables, decoded, 1)
    assert {shard["file"]: shard["images"] for shard in merged["shards"]} == {
        "train.record-00000-of-00002": 0,
        "train.record-00001-of-00002": 18,
        "eval.record-00000-of-00002": 6,
        "eval.record-00001-of-00002": 0,
    }


def test_preflight_accepts_a_file_without_records_among_others(tmp_path, sample_folder, tables):
    training = tmp_path / "training"
    shutil.copytree(str(tables), str(training))
    label_map = label_map_file.read(tables / "label_map.pbtxt")
    for split in ("train", "eval"):
        tfrecord.write(
            csv_table.read(tables / f"data_{split}.csv"),
            label_map,
            sample_folder / "img",
            training / f"{split}.record-00000-of-00002",
        )
        (training / f"{split}.record-00001-of-00002").write_bytes(b"")
    work = Workspace.at(tmp_path)
    workflow.configure_pipeline_for(work, "small_ssd", 4)
    assert dict(workflow.preflight(work).images) == {"train": 18, "eval": 6}


def test_one_host_writes_the_bytes_that_the_library_writes(tmp_path, sample_folder, tables):
    images = sorted((sample_folder / "img").iterdir())
    base = lay_out(tmp_path / "one", "algo-1", images, tables, hosts=["algo-1"])
    assert results([start(base, "--seed=3")]) == [(0, "")]
    label_map = label_map_file.read(tables / "label_map.pbtxt")
    out = base / "processing" / "output"
    for split in ("train", "eval"):
        (path,) = tfrecord.write(
            csv_table.read(tables / f"data_{split}.csv"),
            label_map,
            sample_folder / "img",
            tmp_path / f"{split}.record",
            tfrecord.RecordOptions(seed=3),
        ).paths
        assert (out / f"{split}.record").read_bytes() == path.read_bytes()
    assert manifest_merge.merge(out, TrainingChannel(tables))["machines"] == 1


@pytest.mark.parametrize(
    "number, local, expected",
    [(0, False, "abc"), (1, False, "abc"), (0, True, "ac"), (1, True, "b")],
)
def test_own_records(tmp_path, number, local, expected):
    for name in "abc":
        (tmp_path / name).write_bytes(b"")
    records = [ImageRecord(name, 4, 3) for name in "abcd"]  # nobody has the last one
    own = make_tfrecords.own_records(records, tmp_path, make_tfrecords.Host(number, 2), local)
    assert "".join(record.path for record in own) == expected
    assert [record.path for record in records] == list("abcd")


def test_sagemaker_processing_finds_the_program():
    dockerfile = (PROGRAM.parent / "Dockerfile").read_text(encoding="utf-8")
    assert "COPY docker/make_tfrecords /opt/trainer/make_tfrecords\n" in dockerfile
    assert PROGRAM.stat().st_mode & 0o111 == 0o111
