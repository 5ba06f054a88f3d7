"""The command line: the chain of verbs to a training channel, and bad input."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.__main__ import main
from helpers.tfrecords import example, framing

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module", autouse=True)
def own_work_folder(tmp_path_factory):
    """What the verbs remember of files they have seen stays out of the user's work folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORK", str(tmp_path_factory.mktemp("work")))
        yield


@pytest.fixture(scope="module")
def channel(sample_folder, tmp_path_factory):
    """The files that the verbs make of the sample, one after the other."""
    out = tmp_path_factory.mktemp("verbs")
    images = str(sample_folder / "img")
    for arguments in (
        ["csv", "xml", sample_folder / "annotations", out / "data.csv", "--images", images],
        ["check", out / "data.csv", images, "--report", out / "findings.json", "--min-boxes", "1"],
        ["label-map", "csv", out / "data.csv", out / "label_map.pbtxt"],
        ["split", out / "data.csv", "-f", "0.75", "-o", out],
        [
            "tfrecord",
            out / "data_train.csv",
            out / "label_map.pbtxt",
            images,
            out / "train.record",
            "--shards",
            "2",
        ],
        [
            "pipeline",
            "small_ssd",
            out / "label_map.pbtxt",
            "-o",
            out / "pipeline.config",
            "--steps",
            "7",
        ],
    ):
        assert main([str(argument) for argument in arguments]) == 0
    return out


def test_chain_makes_every_file(channel):
    assert {path.name for path in channel.iterdir()} == {
        "data.csv",
        "findings.json",
        "label_map.pbtxt",
        "data_train.csv",
        "data_eval.csv",
        "train.record-00000-of-00002",
        "train.record-00001-of-00002",
        ".train.record.json",
        "pipeline.config",
    }
    assert json.loads((channel / "findings.json").read_text()) == []
    assert "num_steps: 7" in (channel / "pipeline.config").read_text()


def refused(capsys, arguments, *said):
    assert main([str(argument) for argument in arguments]) == 1
    message = capsys.readouterr().err
    assert "Traceback" not in message
    for words in said:
        assert words in message, message


def test_broken_xml_names_the_file_and_leaves_the_good_table(
    channel, sample_folder, tmp_path, capsys
):
    shutil.copytree(str(sample_folder / "annotations"), str(tmp_path / "annotations"))
    (tmp_path / "annotations" / "sample-0003.xml").write_text("<annotation><object>")
    kept = shutil.copyfile(str(channel / "data.csv"), str(tmp_path / "data.csv"))
    refused(
        capsys,
        ["csv", "xml", tmp_path / "annotations", kept, "--images", sample_folder / "img"],
        "sample-0003.xml",
        "repair the file",
    )
    assert Path(kept).read_bytes() == (channel / "data.csv").read_bytes()


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda path: path.unlink(), "no such image"),
        (lambda path: path.write_bytes(path.read_bytes()[:2000]), "do not decode"),
        (lambda path: path.write_bytes(b""), "no readable image"),
    ],
)
def test_bad_image_is_named_and_good_records_stay(
    spoil, said, channel, sample_folder, tmp_path, capsys
):
    shutil.copytree(str(sample_folder / "img"), str(tmp_path / "img"))
    (tmp_path / "out.record").write_bytes(b"good")
    name = (channel / "data_train.csv").read_text().splitlines()[1].split(",")[0]
    spoil(tmp_path / "img" / name)
    refused(
        capsys,
        [
            "tfrecord",
            channel / "data_train.csv",
            channel / "label_map.pbtxt",
            tmp_path / "img",
            tmp_path / "out.record",
        ],
        name,
        said,
    )
    assert (tmp_path / "out.record").read_bytes() == b"good"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["img", "out.record"]


def test_class_outside_the_label_map(channel, sample_folder, tmp_path, capsys):
    (tmp_path / "names.txt").write_text("apple\nbanana\n")
    assert main(["label-map", "txt", str(tmp_path / "names.txt"), str(tmp_path / "map")]) == 0
    refused(
        capsys,
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
def test_split_fraction_outside(fraction, channel, tmp_path, capsys):
    refused(
        capsys, ["split", channel / "data.csv", f"-f={fraction}", "-o", tmp_path], "between 0 and 1"
    )
    assert not list(tmp_path.iterdir())


def test_empty_data_sets(tmp_path, capsys):
    (tmp_path / "empty.csv").write_text("filename,width,height,class,xmin,ymin,xmax,ymax\n")
    refused(capsys, ["split", tmp_path / "empty.csv", "-o", tmp_path], "empty.csv", "no row")
    refused(capsys, ["csv", "xml", tmp_path, tmp_path / "out.csv"], "no XML file")
    refused(capsys, ["split", tmp_path / "missing.csv", "-o", tmp_path], "missing.csv")


def test_full_disk_and_places_that_cannot_be_written(channel, sample_folder, tmp_path, capsys):
    label_map, images = channel / "label_map.pbtxt", sample_folder / "img"
    for arguments in (
        ["csv", "xml", sample_folder / "annotations", tmp_path / "x.out", "--images", images],
        ["label-map", "csv", channel / "data.csv", tmp_path / "x.out", "--reset"],
        ["pipeline", "small_ssd", label_map, "-o", tmp_path / "x.out"],
    ):
        (tmp_path / "x.out").write_bytes(b"good")
        # What is written first lies beside; here it lands on a device that is always full.
        (tmp_path / f".x.{os.getpid()}.part.out").symlink_to("/dev/full")
        refused(capsys, arguments, str(tmp_path / "x.out"), "the disk is full")
        assert (tmp_path / "x.out").read_bytes() == b"good"
        assert [path.name for path in tmp_path.iterdir()] == ["x.out"]
    refused(
        capsys,
        ["pipeline", "small_ssd", label_map, "-o", tmp_path / "x.out" / "y"],
        str(tmp_path / "x.out"),
    )


@pytest.mark.parametrize(
    "options",
    [["--steps", "-5"], ["--batch-size", "-5"], ["--image-size", "-5"], ["--steps", "9" * 12]],
)
def test_numbers_of_a_config_that_cannot_be(options, channel, tmp_path, capsys):
    refused(
        capsys,
        ["pipeline", "small_ssd", channel / "label_map.pbtxt", "-o", tmp_path / "c"] + options,
        options[1],
        "a whole number",
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "options, said",
    [
        (["--jobs", "-1"], "-1 processes"),
        (["--max-side", "-1"], "a longest edge of -1"),
        (["--shards", "0"], "0 shards"),
        (["--shards", "999"], "999 shards"),
    ],
)
def test_numbers_of_records_that_cannot_be(options, said, channel, sample_folder, tmp_path, capsys):
    refused(
        capsys,
        [
            "tfrecord",
            channel / "data_eval.csv",
            channel / "label_map.pbtxt",
            sample_folder / "img",
            tmp_path / "a.record",
        ]
        + options,
        "a.record",
        said,
    )
    assert not list(tmp_path.iterdir())


def test_check_tells_of_errors_in_words_and_in_json(channel, sample_folder, tmp_path, capsys):
    shutil.copytree(str(sample_folder / "img"), str(tmp_path / "img"))
    (tmp_path / "img" / "sample-0002.jpg").write_bytes(b"")
    arguments = ["check", str(channel / "data.csv"), str(tmp_path / "img"), "--min-boxes", "1"]
    assert main(arguments) == 1
    line, counted = capsys.readouterr().out.splitlines()
    assert counted == "1 x error: unreadable image"
    assert line.startswith("error: sample-0002.jpg: unreadable image: ") and ".." not in line
    assert main(arguments + ["--json", "--report", str(tmp_path / "findings.json")]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / "findings.json").read_text())
    assert printed[0]["path"] == "sample-0002.jpg"


def test_an_image_without_annotation_is_a_warning(sample_folder, tmp_path, capsys):
    shutil.copytree(str(sample_folder / "annotations"), str(tmp_path / "annotations"))
    (tmp_path / "annotations" / "sample-0003.xml").unlink()
    assert (
        main(
            [
                "csv",
                "xml",
                str(tmp_path / "annotations"),
                str(tmp_path / "data.csv"),
                "--images",
                str(sample_folder / "img"),
            ]
        )
        == 0
    )
    captured = capsys.readouterr()
    assert (
        "warning: sample-0003.jpg: image without annotation: no XML mentions it. "
        "Annotate it; until then it is left out."
    ) in captured.err
    assert captured.out.startswith("23 images, ")


def test_a_reader_that_has_seen_enough_is_no_error(channel):
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "helpers",
            "label-map",
            "csv",
            str(channel / "data.csv"),
            os.devnull,
        ],
        cwd=str(ROOT),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1


def test_nothing_trained_yet(tmp_path, capsys):
    refused(capsys, ["train", "--work", tmp_path], "02_tfrecords")
    refused(capsys, ["evaluate", "--work", tmp_path], "04_train")
    refused(capsys, ["bundle", "--work", tmp_path, "--out", tmp_path / "b"], "04_train")
    refused(capsys, ["demo", "--work", tmp_path, "--img", tmp_path], "both or neither")


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["split"], ["csv", "word", "a", "b"]])
def test_wrong_usage_exits_2(arguments):
    run = subprocess.run(
        [sys.executable, "-m", "helpers"] + arguments,
        cwd=str(ROOT),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert run.returncode == 2 and b"usage:" in run.stderr


def test_what_labelimg_says_of_an_object_gets_into_the_record(tmp_path, paint, decoded):
    (tmp_path / "xml").mkdir()
    for number in range(4):
        paint(tmp_path / "img" / f"{number}.jpg", (80, 60 + number))
        (tmp_path / "xml" / f"{number}.xml").write_text(
            f"<annotation><filename>{number}.jpg</filename>"
            + "".join(
                f"<object><name>cat</name><truncated>{1 - odd}</truncated><difficult>{odd}"
                f"</difficult><bndbox><xmin>{odd}</xmin><ymin>2</ymin><xmax>30</xmax>"
                "<ymax>40</ymax></bndbox></object>"
                for odd in (0, 1)
            )
            + "</annotation>"
        )
    out = tmp_path / "out"
    for arguments in (
        ["csv", "xml", tmp_path / "xml", out / "data.csv", "--images", tmp_path / "img"],
        ["label-map", "csv", out / "data.csv", out / "label_map.pbtxt"],
        ["split", out / "data.csv", "-f", "0.5", "-o", out],
        [
            "tfrecord",
            out / "data_eval.csv",
            out / "label_map.pbtxt",
            tmp_path / "img",
            out / "eval.record",
        ],
    ):
        assert main([str(argument) for argument in arguments]) == 0
    found = decoded([out / "eval.record"])
    assert [one["groundtruth_difficult"].tolist() for one in found] == [[False, True]] * 2
    features = [
        example.parsed(frame.content)["image/object/truncated"].values
        for frame in framing.frames(out / "eval.record")
    ]
    assert [list(one) for one in features] == [[1, 0]] * 2
