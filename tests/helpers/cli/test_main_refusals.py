"""Bad input on the command line: the message names it, and what was good stays as it was."""

import os
import shutil
from pathlib import Path

import pytest

from helpers.__main__ import main

pytestmark = pytest.mark.usefixtures("own_work_folder")


def test_broken_xml_names_the_file_and_leaves_the_good_table(
    refused, channel, sample_folder, tmp_path
):
    shutil.copytree(str(sample_folder / "annotations"), str(tmp_path / "annotations"))
    (tmp_path / "annotations" / "sample-0003.xml").write_text("<annotation><object>")
    kept = shutil.copyfile(str(channel / "data.csv"), str(tmp_path / "data.csv"))
    refused(
        ["csv", "xml", tmp_path / "annotations", kept, "--images", sample_folder / "img"],
        "sample-0003.xml",
        "repair",
    )
    assert Path(kept).read_bytes() == (channel / "data.csv").read_bytes()


@pytest.mark.parametrize(
    "spoil, key_term",
    [
        (lambda path: path.unlink(), "such image"),
        (lambda path: path.write_bytes(path.read_bytes()[:2000]), "decode"),
        (lambda path: path.write_bytes(b""), "0 bytes"),
    ],
    ids=["missing", "truncated", "empty"],
)
def test_bad_image_is_named_and_good_records_stay(
    refused, spoil, key_term, channel, sample_folder, tmp_path
):
    shutil.copytree(str(sample_folder / "img"), str(tmp_path / "img"))
    (tmp_path / "out.record").write_bytes(b"good")
    name = (channel / "data_train.csv").read_text().splitlines()[1].split(",")[0]
    spoil(tmp_path / "img" / name)
    refused(
        [
            "tfrecord",
            channel / "data_train.csv",
            channel / "label_map.pbtxt",
            tmp_path / "img",
            tmp_path / "out.record",
        ],
        name,
        key_term,
    )
    assert (tmp_path / "out.record").read_bytes() == b"good"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["img", "out.record"]


def test_class_outside_the_label_map(refused, channel, sample_folder, tmp_path):
    (tmp_path / "names.txt").write_text("apple\nbanana\n")
    assert main(["label-map", "txt", str(tmp_path / "names.txt"), str(tmp_path / "map")]) == 0
    refused(
        [
            "tfrecord",
            channel / "data_train.csv",
            tmp_path / "map",
            sample_folder / "img",
            tmp_path / "out.record",
        ],
        "'donut'",
        "label map",
    )


@pytest.mark.parametrize("fraction", ["0", "1", "-0.5", "1.5", "nan"])
def test_split_fraction_outside(refused, fraction, channel, tmp_path):
    refused(
        ["split", channel / "data.csv", f"-f={fraction}", "-o", tmp_path],
        f"fraction {float(fraction)},",
    )
    assert not list(tmp_path.iterdir())


def test_empty_data_sets(refused, tmp_path):
    (tmp_path / "empty.csv").write_text("filename,width,height,class,xmin,ymin,xmax,ymax\n")
    refused(["split", tmp_path / "empty.csv", "-o", tmp_path], "empty.csv", "no row")
    refused(["csv", "xml", tmp_path, tmp_path / "out.csv"], "XML file")
    refused(["split", tmp_path / "missing.csv", "-o", tmp_path], "missing.csv")


def test_full_disk_and_places_that_cannot_be_written(refused, channel, sample_folder, tmp_path):
    label_map, images = channel / "label_map.pbtxt", sample_folder / "img"
    for arguments in (
        ["csv", "xml", sample_folder / "annotations", tmp_path / "x.out", "--images", images],
        ["label-map", "csv", channel / "data.csv", tmp_path / "x.out", "--reset"],
        ["pipeline", "small_ssd", label_map, "-o", tmp_path / "x.out"],
    ):
        (tmp_path / "x.out").write_bytes(b"good")
        # What is written first lies beside; here it lands on a device that is always full.
        (tmp_path / f".x.{os.getpid()}.part.out").symlink_to("/dev/full")
        refused(arguments, str(tmp_path / "x.out"), "disk")
        assert (tmp_path / "x.out").read_bytes() == b"good"
        assert [path.name for path in tmp_path.iterdir()] == ["x.out"]
    refused(
        ["pipeline", "small_ssd", label_map, "-o", tmp_path / "x.out" / "y"],
        str(tmp_path / "x.out"),
    )


@pytest.mark.parametrize(
    "options",
    [["--steps", "-5"], ["--batch-size", "-5"], ["--image-size", "-5"], ["--steps", "9" * 12]],
    ids=["negative steps", "negative batch size", "negative image size", "too many steps"],
)
def test_numbers_of_a_config_that_cannot_be(refused, options, channel, tmp_path):
    refused(
        ["pipeline", "small_ssd", channel / "label_map.pbtxt", "-o", tmp_path / "c"] + options,
        options[1],
        "whole number",
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "options, message",
    [
        (["--jobs", "-1"], "-1 processes"),
        (["--max-side", "-1"], "edge of -1"),
        (["--shards", "0"], "0 shards"),
        (["--shards", "999"], "999 shards"),
    ],
    ids=["negative jobs", "negative edge", "no shard", "more shards than images"],
)
def test_numbers_of_records_that_cannot_be(
    refused, options, message, channel, sample_folder, tmp_path
):
    refused(
        [
            "tfrecord",
            channel / "data_eval.csv",
            channel / "label_map.pbtxt",
            sample_folder / "img",
            tmp_path / "a.record",
        ]
        + options,
        "a.record",
        message,
    )
    assert not list(tmp_path.iterdir())


def test_nothing_trained_yet(refused, tmp_path):
    refused(["train", "--work", tmp_path], "02_tfrecords")
    refused(["evaluate", "--work", tmp_path], "04_train")
    refused(["bundle", "--work", tmp_path, "--out", tmp_path / "b"], "04_train")
    refused(["demo", "--work", tmp_path, "--img", tmp_path], "--annotations")
