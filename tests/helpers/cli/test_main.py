"""The command line: the chain of verbs to a training channel, findings, and exit codes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.__main__ import main
from helpers.structures.findings import KINDS
from helpers.tfrecords import example, framing

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.usefixtures("own_work_folder")


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


@pytest.mark.parametrize(
    "arguments",
    [[], ["nonsense"], ["split"], ["csv", "word", "a", "b"]],
    ids=["no verb", "unknown verb", "no table", "unknown format"],
)
def test_wrong_usage_exits_2(arguments):
    run = subprocess.run(
        [sys.executable, "-m", "helpers"] + arguments,
        cwd=str(ROOT),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert run.returncode == 2 and b"usage:" in run.stderr


def test_flags_of_labelimg_get_into_the_record(tmp_path, paint, decoded):
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
    images = decoded([out / "eval.record"])
    assert [image["groundtruth_difficult"].tolist() for image in images] == [[False, True]] * 2
    truncated = [
        example.parsed(frame.content)["image/object/truncated"].values
        for frame in framing.frames(out / "eval.record")
    ]
    assert [list(values) for values in truncated] == [[1, 0]] * 2


def test_check_lists_errors_as_text_and_as_json(channel, sample_folder, tmp_path, capsys):
    shutil.copytree(str(sample_folder / "img"), str(tmp_path / "img"))
    (tmp_path / "img" / "sample-0002.jpg").write_bytes(b"")
    arguments = ["check", str(channel / "data.csv"), str(tmp_path / "img"), "--min-boxes", "1"]
    assert main(arguments) == 1
    line, counted = capsys.readouterr().out.splitlines()
    title = KINDS["image-unreadable"].title
    assert counted == f"1 x error: {title}"
    assert line.startswith(f"error: sample-0002.jpg: {title}: ") and ".." not in line
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
    kind = KINDS["image-without-annotation"]
    (line,) = [line for line in captured.err.splitlines() if "sample-0003.jpg" in line]
    assert line.startswith(f"warning: sample-0003.jpg: {kind.title}: ")
    assert line.endswith(f". {kind.remedy}")
    assert captured.out.startswith("23 images, ")
