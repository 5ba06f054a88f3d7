"""detect.py as a user calls it: a process with arguments, output and an exit code."""

import json
import os
import signal
import subprocess
import sys

import cv2
import numpy as np
import pytest

from detector import load
from images import read_image

LOW = ("--threshold", "0.3")


def rows(result):
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return [json.loads(line) for line in result.stdout.splitlines()]


def as_read(detections):
    return [(one["label"], one["score"], one["box"]) for one in detections]


def as_found(detections):
    return [
        (one.label, round(one.score, 6), [round(value, 3) for value in one.box])
        for one in detections
    ]


def test_json_is_what_the_detector_finds(run_detect, photos, random_model):
    result = rows(run_detect("photos", "--model", random_model, "--json", *LOW))
    detector = load(random_model)
    assert [row["source"] for row in result] == sorted(path.name for path in photos.iterdir())
    for row in result:
        image = read_image(photos / row["source"])
        assert (row["height"], row["width"]) == image.shape[:2]
        assert row["frame"] is None
        assert as_read(row["detections"]) == as_found(detector.detect(image, 0.3))
    assert any(row["detections"] for row in result)


@pytest.mark.parametrize("threshold", ["0", "1"])
def test_thresholds_at_the_ends(run_detect, photos, random_model, threshold):
    result = rows(run_detect("photos", "--model", random_model, "--json", "--threshold", threshold))
    assert len(result) == 3
    assert any(row["detections"] for row in result) == (threshold == "0")


def test_lines_without_a_display(run_detect, photos, random_model):
    lines = run_detect("photos", "--model", random_model, *LOW)
    found = rows(run_detect("photos", "--model", random_model, "--json", *LOW))
    assert lines.returncode == 0
    expected = [
        f"{row['source']}: {one['label']} {one['score']:.2f}"
        for row in found
        for one in row["detections"]
    ]
    assert [line.split(" from ")[0] for line in lines.stdout.splitlines()] == expected


def test_an_image_with_boxes(run_detect, photos, random_model, tmp_path):
    source = sorted(photos.iterdir())[0]
    before = source.read_bytes()
    result = run_detect(source, "out.png", "--model", random_model, *LOW)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    plain, drawn = read_image(source), read_image(tmp_path / "out.png")
    assert drawn.shape == plain.shape
    assert not np.array_equal(drawn, plain)
    assert source.read_bytes() == before


def test_a_folder_with_a_bad_image(run_detect, photos, random_model, tmp_path, refused):
    (photos / "aaa.jpg").write_text("text")
    result = run_detect("photos", "out", "--json", "--model", random_model)
    refused(result, "aaa.jpg: not an image")
    assert len(result.stdout.splitlines()) == 3
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == sorted(path.name for path in photos.iterdir() if path.name != "aaa.jpg")


@pytest.mark.parametrize("content", [b"", b"text"])
def test_a_bad_image_leaves_the_old_output(run_detect, random_model, tmp_path, content, refused):
    (tmp_path / "bad.jpg").write_bytes(content)
    (tmp_path / "out.png").write_text("old")
    refused(run_detect("bad.jpg", "out.png", "--model", random_model), "bad.jpg")
    assert (tmp_path / "out.png").read_text() == "old"


def test_an_output_folder_that_is_a_file(run_detect, photos, random_model, tmp_path, refused):
    (tmp_path / "out").write_text("a file")
    refused(run_detect("photos", "out", "--model", random_model), "out: cannot be made a folder")
    assert (tmp_path / "out").read_text() == "a file"


@pytest.fixture()
def clip(images, tmp_path):
    """A video of an image that moves, 6 frames at 5 a second."""
    image = cv2.imread(str(images[0]))
    height, width = (side // 2 * 2 for side in image.shape[:2])
    writer = cv2.VideoWriter(
        str(tmp_path / "clip.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 5.0, (width, height)
    )
    for number in range(6):
        writer.write(np.roll(image[:height, :width], 3 * number, axis=1))
    writer.release()
    return tmp_path / "clip.avi"


@pytest.mark.parametrize("output", ["out.mp4", "out.avi", "frames"])
def test_a_video(run_detect, clip, random_model, tmp_path, output):
    result = rows(run_detect("clip.avi", output, "--json", "--model", random_model, *LOW))
    assert [(row["source"], row["frame"]) for row in result] == [
        ("clip.avi", number) for number in range(1, 7)
    ]
    if output == "frames":
        written = sorted(path.name for path in (tmp_path / "frames").iterdir())
        assert written == [f"clip_{number:06d}.jpg" for number in range(1, 7)]
    else:
        capture = cv2.VideoCapture(str(tmp_path / output))
        assert capture.get(cv2.CAP_PROP_FPS) == 5.0
        assert capture.get(cv2.CAP_PROP_FRAME_COUNT) == 6
    assert not list(tmp_path.glob(".*"))


def test_a_reader_that_leaves_early(run_detect, photos, random_model):
    """As ``detect.py ... | head -0`` does."""
    reader, writer = os.pipe()
    os.close(reader)
    result = run_detect("photos", "--model", random_model, "--json", stdout=writer)
    os.close(writer)
    assert result.returncode == 1
    assert result.stderr == ""


def test_ctrl_c_leaves_no_half_video(random_model, tmp_path, pi_folder, make_video):
    make_video(tmp_path / "long.avi", frames=3000, width=320, height=240)
    (tmp_path / "out.avi").write_text("old")
    process = subprocess.Popen(
        [
            sys.executable,
            str(pi_folder / "detect.py"),
            "long.avi",
            "out.avi",
            "--json",
            "--model",
            str(random_model),
        ],
        cwd=str(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        # What a shell starts in the background ignores Ctrl-C, and so do all its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, problem = process.communicate(timeout=30)
    assert process.returncode == 130
    assert problem == "detect.py: stopped\n"
    assert (tmp_path / "out.avi").read_text() == "old"
    assert not list(tmp_path.glob(".*"))
