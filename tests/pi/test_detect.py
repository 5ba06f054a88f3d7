"""detect.py as a user calls it: a process with arguments, output and an exit code."""

import ast
import json
import re
import shutil
import subprocess
import sys

import cv2
import numpy as np
import pytest

from detection.detector import load
from detection.images import read_image

LOW = ("--threshold", "0.3")


def rows(result):
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return [json.loads(line) for line in result.stdout.splitlines()]


def as_read(detections):
    return [(detection["label"], detection["score"], detection["box"]) for detection in detections]


def as_found(detections):
    return [
        (detection.label, round(detection.score, 6), [round(value, 3) for value in detection.box])
        for detection in detections
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


def test_the_threshold_of_the_model_holds_unless_another_is_given(run_detect, photos, model):
    path = model / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "threshold": 0.7}))

    def lowest(*options):
        found = rows(run_detect("photos", "--model", model, "--json", *options))
        return min(one["score"] for row in found for one in row["detections"])

    assert lowest() >= 0.7
    assert lowest("--threshold", "0.5") < 0.6


def test_lines_without_a_display(run_detect, photos, random_model):
    lines = run_detect("photos", "--model", random_model, *LOW)
    json_rows = rows(run_detect("photos", "--model", random_model, "--json", *LOW))
    assert lines.returncode == 0
    expected = [
        f"{row['source']}: {detection['label']} {detection['score']:.2f}"
        for row in json_rows
        for detection in row["detections"]
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
    refused(result, "aaa.jpg")
    assert len(result.stdout.splitlines()) == 3
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == sorted(path.name for path in photos.iterdir() if path.name != "aaa.jpg")


@pytest.mark.parametrize("content", [b"", b"text"], ids=["empty", "text"])
def test_a_bad_image_leaves_the_old_output(run_detect, random_model, tmp_path, content, refused):
    (tmp_path / "bad.jpg").write_bytes(content)
    (tmp_path / "out.png").write_text("old")
    options = ("--output", "out.png", "--force", "--model", random_model)
    refused(run_detect("bad.jpg", *options), "bad.jpg")
    assert (tmp_path / "out.png").read_text() == "old"


def test_an_output_folder_that_is_a_file(run_detect, photos, random_model, tmp_path, refused):
    (tmp_path / "out").write_text("a file")
    options = ("--output", "out", "--model", random_model)
    refused(run_detect("photos", *options), "out: ", " folder ")
    assert (tmp_path / "out").read_text() == "a file"


@pytest.fixture()
def clip(images, tmp_path):
    """A video of an image that moves, 6 frames at 5 a second."""
    image = cv2.imread(str(images[0]))
    height, width = (length // 2 * 2 for length in image.shape[:2])
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


@pytest.mark.parametrize(
    "source, message",
    [
        pytest.param("nowhere.jpg", "nowhere.jpg: no such", id="missing"),
        pytest.param("notes.txt", "notes.txt: neither", id="unknown suffix"),
        pytest.param("empty", "empty: no images", id="empty folder"),
        pytest.param("text.mp4", "text.mp4: cannot", id="damaged video"),
        pytest.param("zero.mp4", "zero.mp4: empty", id="empty video"),
        pytest.param("63", "63: cannot", id="no camera"),
        pytest.param("http://127.0.0.1:9/clip", "http://127.0.0.1:9/clip: ", id="dead URL"),
        pytest.param("x" * 300, "xxx", id="name too long"),
    ],
)
def test_invalid_source(run_detect, tmp_path, source, message, refused):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("text")
    (tmp_path / "text.mp4").write_text("text\n" * 99)
    (tmp_path / "zero.mp4").write_text("")
    refused(run_detect(source), message)


def test_no_model(run_detect, tmp_path, make_image, refused):
    make_image(tmp_path / "one.png")
    refused(run_detect("one.png", "--model", "nowhere"), "nowhere: ", "model folder", "--model")


def test_the_model_beside_detect_py_is_the_default(tmp_path, make_image, pi_folder, refused):
    make_image(tmp_path / "one.png")
    shutil.copy(str(pi_folder / "detect.py"), str(tmp_path))
    shutil.copytree(str(pi_folder / "detection"), str(tmp_path / "detection"))
    result = subprocess.run(
        [sys.executable, str(tmp_path / "detect.py"), "one.png"],
        cwd=str(tmp_path),
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    refused(result, f"{tmp_path / 'model'}: ", "model folder")


@pytest.mark.parametrize("missing", ["detection", "detection/errors.py"], ids=["package", "module"])
def test_a_folder_copied_in_part(tmp_path, pi_folder, refused, missing):
    shutil.copy(str(pi_folder / "detect.py"), str(tmp_path))
    if missing != "detection":
        shutil.copytree(str(pi_folder / "detection"), str(tmp_path / "detection"))
        (tmp_path / missing).unlink()
    result = subprocess.run(
        [sys.executable, str(tmp_path / "detect.py"), "one.png"],
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    refused(result, "No module", "detection", "copy")


def test_an_old_python(pi_folder, refused):
    """It says so itself: nothing in the file is beyond the grammar of Python 2."""
    program = pi_folder / "detect.py"
    nodes = ast.walk(ast.parse(program.read_text()))
    assert not [node for node in nodes if isinstance(node, (ast.JoinedStr, ast.AnnAssign))]
    code = (
        "import runpy, sys; sys.version_info = (2, 7, 18); sys.version = '2.7.18 (default)';"
        f" runpy.run_path({str(program)!r})"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, universal_newlines=True
    )
    refused(result, "2.7.18", "3.9", "python3")


def test_no_opencv(tmp_path, pi_folder, refused):
    """A Python without site packages, as a fresh Pi has it."""
    result = subprocess.run(
        [sys.executable, "-S", "-E", str(pi_folder / "detect.py"), "one.png"],
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    refused(result, "No module", "apt install", "python3-opencv")


@pytest.mark.parametrize(
    "name", ["frozen_inference_graph.pb", "cvgraph.pbtxt", "labels.txt", "model.json"]
)
def test_a_model_file_is_missing(run_detect, photos, model, name, refused):
    (model / name).unlink()
    refused(run_detect("photos", "--model", "model"), name, "missing", "copy")


@pytest.mark.parametrize("name", ["frozen_inference_graph.pb", "cvgraph.pbtxt", "detect.tflite"])
def test_a_model_file_is_damaged(run_detect, photos, model, name, refused):
    if not (model / name).exists():
        pytest.skip(f"the model has no {name}")
    data = bytearray((model / name).read_bytes())
    data[len(data) // 2] ^= 1
    (model / name).write_bytes(bytes(data))
    refused(run_detect("photos", "--model", "model"), name, "sha256", "copy")


def test_labels_are_empty(run_detect, photos, model, refused):
    (model / "labels.txt").write_text("")
    refused(run_detect("photos", "--model", "model"), "labels.txt: empty")


def test_too_few_labels(run_detect, photos, model, seal):
    size = json.loads((model / "model.json").read_text())["input"]
    (model / "labels.txt").write_text("only one\n")
    seal(model, **size)
    result = run_detect(
        "photos", "--model", "model", "--backend", "opencv", "--json", "--threshold", "0"
    )
    assert result.returncode == 1
    assert re.search(r"labels\.txt: 1 class .*model.* class \d+;", result.stderr)


@pytest.mark.parametrize("backend", ["auto", "opencv", "tflite"])
def test_a_trained_model_runs(run_detect, bundle, bundle_images, backend):
    result = run_detect(
        bundle_images[0].parent,
        "--model",
        bundle,
        "--backend",
        backend,
        "--json",
        "--threshold",
        "0.01",
    )
    assert (result.returncode, result.stderr) == (0, "")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["source"] for row in rows] == [path.name for path in bundle_images]
    labels = (bundle / "labels.txt").read_text(encoding="utf-8").split("\n")
    detected = [detection["label"] for row in rows for detection in row["detections"]]
    assert detected
    assert set(detected) <= set(labels)
