"""detect.py as a user calls it: a process with arguments, output and an exit code."""

import json
import os
import shutil
import signal
import subprocess
import sys

import cv2
import numpy as np
import pytest

from detector import load
from pictures import read_picture

LOW = ("--threshold", "0.3")


@pytest.fixture()
def model(random_model, tmp_path):
    """A copy of the model that a test may spoil."""
    copy = tmp_path / "model"
    shutil.copytree(str(random_model), str(copy))
    return copy


@pytest.fixture()
def photos(pictures, tmp_path):
    """A folder with three pictures."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for path in pictures[:3]:
        shutil.copy(str(path), str(folder))
    return folder


def refused(result, *said, exit_code=1):
    """Asserts one line on standard error that says all of ``said``."""
    assert result.returncode == exit_code, result.stderr
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.startswith("detect.py: ")
    for text in said:
        assert text in result.stderr


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


# What needs no model at all.

@pytest.mark.parametrize("arguments, said", [
    ([], "SOURCE"),
    (["a", "b", "c"], "unrecognized"),
    (["a", "--threshold", "2"], "from 0 to 1"),
    (["a", "--threshold", "high"], "--threshold"),
    (["a", "--threshold", "nan"], "from 0 to 1"),
    (["a", "--backend", "cuda"], "--backend"),
    (["one.png", "out.mp4"], "out.mp4 is a video, the source is a picture"),
    (["one.png", "out.xyz"], "OUTPUT ends in .xyz"),
    (["one.png", "http://0.0.0.0:8000"], "OUTPUT is a file or a folder"),
    (["folder", "out.png"], "out.png is a picture, the source is a folder"),
    (["clip.avi", "out.png"], "out.png is a picture, the source is a video"),
])
def test_wrong_usage(run_detect, tmp_path, make_picture, make_video, arguments, said):
    make_picture(tmp_path / "one.png")
    make_picture(tmp_path / "folder" / "one.png")
    make_video(tmp_path / "clip.avi", frames=2)
    before = sorted(tmp_path.rglob("*"))
    result = run_detect(*arguments)
    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_help(run_detect):
    result = run_detect("--help")
    assert result.returncode == 0
    for word in ("SOURCE", "OUTPUT", "--model", "--backend", "--threshold", "--headless", "--json"):
        assert word in result.stdout


@pytest.mark.parametrize("source, said", [
    ("nowhere.jpg", "nowhere.jpg: no such"),
    ("notes.txt", "notes.txt: neither"),
    ("empty", "empty: no pictures"),
    ("text.mp4", "text.mp4: cannot be opened"),
    ("zero.mp4", "zero.mp4: empty"),
    ("63", "63: cannot be opened"),
    ("http://127.0.0.1:9/clip", "http://127.0.0.1:9/clip: cannot be opened"),
    ("x" * 300, "xxx"),
])
def test_a_source_that_will_not_do(run_detect, tmp_path, source, said):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("text")
    (tmp_path / "text.mp4").write_text("text\n" * 99)
    (tmp_path / "zero.mp4").write_text("")
    refused(run_detect(source), said)


@pytest.mark.parametrize("source, output", [
    ("one.png", "one.png"),
    ("one.png", "."),
    ("one.png", "./folder/../one.png"),
    ("one.png", "link.png"),
    ("folder", "folder"),
    ("folder", "folder/"),
    ("clip.avi", "clip.avi"),
])
def test_the_source_is_never_overwritten(
    run_detect, tmp_path, make_picture, make_video, source, output
):
    make_picture(tmp_path / "one.png")
    make_picture(tmp_path / "folder" / "one.png")
    make_video(tmp_path / "clip.avi", frames=2)
    (tmp_path / "link.png").symlink_to(tmp_path / "one.png")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    refused(run_detect(source, output), "would overwrite the source")
    assert {path: path.read_bytes() for path in before} == before


def test_an_output_folder_that_is_not_there(run_detect, tmp_path, make_picture):
    make_picture(tmp_path / "one.png")
    refused(run_detect("one.png", "nowhere/out.png"), "nowhere/out.png", "make it first")


def test_no_model(run_detect, tmp_path, make_picture):
    make_picture(tmp_path / "one.png")
    refused(run_detect("one.png", "--model", "nowhere"), "nowhere: no such model folder", "--model")


def test_the_model_beside_detect_py_is_the_default(run_detect, tmp_path, make_picture, pi_folder):
    make_picture(tmp_path / "one.png")
    for path in pi_folder.glob("*.py"):
        shutil.copy(str(path), str(tmp_path))
    result = subprocess.run(
        [sys.executable, str(tmp_path / "detect.py"), "one.png"], cwd=str(tmp_path),
        stderr=subprocess.PIPE, universal_newlines=True,
    )
    refused(result, f"{tmp_path / 'model'}: no such model folder")


def test_a_folder_copied_in_part(tmp_path, pi_folder):
    shutil.copy(str(pi_folder / "detect.py"), str(tmp_path))
    result = subprocess.run(
        [sys.executable, str(tmp_path / "detect.py"), "one.png"],
        stderr=subprocess.PIPE, universal_newlines=True,
    )
    refused(result, "No module named", "copy the whole folder again")


def test_no_opencv(tmp_path, pi_folder):
    """A Python without site packages, as a fresh Pi has it."""
    result = subprocess.run(
        [sys.executable, "-S", "-E", str(pi_folder / "detect.py"), "one.png"],
        stderr=subprocess.PIPE, universal_newlines=True,
    )
    refused(result, "No module named", "sudo apt install python3-opencv")


# What a spoilt model says.

@pytest.mark.parametrize("name", ["frozen_inference_graph.pb", "cvgraph.pbtxt", "labels.txt",
                                  "model.json"])
def test_a_model_file_is_missing(run_detect, photos, model, name):
    (model / name).unlink()
    refused(run_detect("photos", "--model", "model"), name, "missing", "copy")


@pytest.mark.parametrize("name", ["frozen_inference_graph.pb", "cvgraph.pbtxt", "detect.tflite"])
def test_a_model_file_is_damaged(run_detect, photos, model, name):
    if not (model / name).exists():
        pytest.skip(f"the model has no {name}")
    data = bytearray((model / name).read_bytes())
    data[len(data) // 2] ^= 1
    (model / name).write_bytes(bytes(data))
    refused(run_detect("photos", "--model", "model"), name, "sha256", "copy")


def test_labels_are_empty(run_detect, photos, model):
    (model / "labels.txt").write_text("")
    refused(run_detect("photos", "--model", "model"), "labels.txt: empty")


@pytest.mark.parametrize("name", ["frozen_inference_graph.pb", "cvgraph.pbtxt"])
@pytest.mark.parametrize("content", ["node {", "not a graph at all"])
def test_opencv_cannot_load_it(run_detect, photos, model, seal, name, content):
    size = json.loads((model / "model.json").read_text())["input"]
    (model / name).write_text(content)
    seal(model, **size)
    result = run_detect("photos", "--model", "model", "--backend", "opencv")
    refused(result, "cvgraph.pbtxt", "frozen_inference_graph.pb", "export the model again")


def test_too_few_labels(run_detect, photos, model, seal):
    size = json.loads((model / "model.json").read_text())["input"]
    (model / "labels.txt").write_text("only one\n")
    seal(model, **size)
    result = run_detect("photos", "--model", "model", "--backend", "opencv", "--json",
                        "--threshold", "0")
    assert result.returncode == 1
    assert "labels.txt: 1 class names, the model found class" in result.stderr


# What a whole one finds.

def test_json_is_what_the_detector_finds(run_detect, photos, random_model):
    result = rows(run_detect("photos", "--model", random_model, "--json", *LOW))
    detector = load(random_model)
    assert [row["source"] for row in result] == sorted(path.name for path in photos.iterdir())
    for row in result:
        image = read_picture(photos / row["source"])
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
        for row in found for one in row["detections"]
    ]
    assert [line.split(" from ")[0] for line in lines.stdout.splitlines()] == expected


def test_a_picture_with_boxes(run_detect, photos, random_model, tmp_path):
    source = sorted(photos.iterdir())[0]
    before = source.read_bytes()
    result = run_detect(source, "out.png", "--model", random_model, *LOW)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    plain, drawn = read_picture(source), read_picture(tmp_path / "out.png")
    assert drawn.shape == plain.shape
    assert not np.array_equal(drawn, plain)
    assert source.read_bytes() == before


def test_a_folder_with_a_bad_picture(run_detect, photos, random_model, tmp_path):
    (photos / "aaa.jpg").write_text("text")
    result = run_detect("photos", "out", "--json", "--model", random_model)
    refused(result, "aaa.jpg: not a picture")
    assert len(result.stdout.splitlines()) == 3
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == sorted(path.name for path in photos.iterdir() if path.name != "aaa.jpg")


@pytest.mark.parametrize("content", [b"", b"text"])
def test_a_bad_picture_leaves_the_old_output(run_detect, random_model, tmp_path, content):
    (tmp_path / "bad.jpg").write_bytes(content)
    (tmp_path / "out.png").write_text("old")
    refused(run_detect("bad.jpg", "out.png", "--model", random_model), "bad.jpg")
    assert (tmp_path / "out.png").read_text() == "old"


def test_an_output_folder_that_is_a_file(run_detect, photos, random_model, tmp_path):
    (tmp_path / "out").write_text("a file")
    refused(run_detect("photos", "out", "--model", random_model), "out: cannot be made a folder")
    assert (tmp_path / "out").read_text() == "a file"


@pytest.fixture()
def clip(pictures, tmp_path):
    """A video of a picture that moves, 6 frames at 5 a second."""
    image = cv2.imread(str(pictures[0]))
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
        [sys.executable, str(pi_folder / "detect.py"), "long.avi", "out.avi", "--json",
         "--model", str(random_model)],
        cwd=str(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True,
    )
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, problem = process.communicate(timeout=30)
    assert process.returncode == 130
    assert problem == "detect.py: stopped\n"
    assert (tmp_path / "out.avi").read_text() == "old"
    assert not list(tmp_path.glob(".*"))
