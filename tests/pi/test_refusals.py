"""What detect.py refuses: one line that names the file and the remedy, and nothing touched."""

import json
import shutil
import subprocess
import sys

import pytest

# What needs no model at all.


@pytest.mark.parametrize(
    "arguments, said",
    [
        ([], "SOURCE"),
        (["a", "b", "c"], "unrecognized"),
        (["a", "--threshold", "2"], "from 0 to 1"),
        (["a", "--threshold", "high"], "--threshold"),
        (["a", "--threshold", "nan"], "from 0 to 1"),
        (["a", "--backend", "cuda"], "--backend"),
        (["one.png", "out.mp4"], "out.mp4 is a video, the source is an image"),
        (["one.png", "out.xyz"], "OUTPUT ends in .xyz"),
        (["one.png", "http://0.0.0.0:8000"], "OUTPUT is a file or a folder"),
        (["folder", "out.png"], "out.png is an image, the source is a folder"),
        (["clip.avi", "out.png"], "out.png is an image, the source is a video"),
    ],
)
def test_wrong_usage(run_detect, tmp_path, make_image, make_video, arguments, said):
    make_image(tmp_path / "one.png")
    make_image(tmp_path / "folder" / "one.png")
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


@pytest.mark.parametrize(
    "source, said",
    [
        ("nowhere.jpg", "nowhere.jpg: no such"),
        ("notes.txt", "notes.txt: neither"),
        ("empty", "empty: no images"),
        ("text.mp4", "text.mp4: cannot be opened"),
        ("zero.mp4", "zero.mp4: empty"),
        ("63", "63: cannot be opened"),
        ("http://127.0.0.1:9/clip", "http://127.0.0.1:9/clip: cannot be opened"),
        ("x" * 300, "xxx"),
    ],
)
def test_a_source_that_will_not_do(run_detect, tmp_path, source, said, refused):
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("text")
    (tmp_path / "text.mp4").write_text("text\n" * 99)
    (tmp_path / "zero.mp4").write_text("")
    refused(run_detect(source), said)


@pytest.mark.parametrize(
    "source, output",
    [
        ("one.png", "one.png"),
        ("one.png", "."),
        ("one.png", "./folder/../one.png"),
        ("one.png", "link.png"),
        ("folder", "folder"),
        ("folder", "folder/"),
        ("clip.avi", "clip.avi"),
    ],
)
def test_the_source_is_never_overwritten(
    run_detect, tmp_path, make_image, make_video, source, output, refused
):
    make_image(tmp_path / "one.png")
    make_image(tmp_path / "folder" / "one.png")
    make_video(tmp_path / "clip.avi", frames=2)
    (tmp_path / "link.png").symlink_to(tmp_path / "one.png")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    refused(run_detect(source, output), "would overwrite the source")
    assert {path: path.read_bytes() for path in before} == before


def test_an_output_folder_that_is_not_there(run_detect, tmp_path, make_image, refused):
    make_image(tmp_path / "one.png")
    refused(run_detect("one.png", "nowhere/out.png"), "nowhere/out.png", "make it first")


def test_no_model(run_detect, tmp_path, make_image, refused):
    make_image(tmp_path / "one.png")
    refused(run_detect("one.png", "--model", "nowhere"), "nowhere: no such model folder", "--model")


def test_the_model_beside_detect_py_is_the_default(tmp_path, make_image, pi_folder, refused):
    make_image(tmp_path / "one.png")
    for path in pi_folder.glob("*.py"):
        shutil.copy(str(path), str(tmp_path))
    result = subprocess.run(
        [sys.executable, str(tmp_path / "detect.py"), "one.png"],
        cwd=str(tmp_path),
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    refused(result, f"{tmp_path / 'model'}: no such model folder")


def test_a_folder_copied_in_part(tmp_path, pi_folder, refused):
    shutil.copy(str(pi_folder / "detect.py"), str(tmp_path))
    result = subprocess.run(
        [sys.executable, str(tmp_path / "detect.py"), "one.png"],
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    refused(result, "No module named", "copy the whole folder again")


def test_no_opencv(tmp_path, pi_folder, refused):
    """A Python without site packages, as a fresh Pi has it."""
    result = subprocess.run(
        [sys.executable, "-S", "-E", str(pi_folder / "detect.py"), "one.png"],
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    refused(result, "No module named", "sudo apt install python3-opencv")


# What a spoilt model says.


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


@pytest.mark.parametrize("name", ["frozen_inference_graph.pb", "cvgraph.pbtxt"])
@pytest.mark.parametrize("content", ["node {", "not a graph at all"])
def test_opencv_cannot_load_it(run_detect, photos, model, seal, name, content, refused):
    size = json.loads((model / "model.json").read_text())["input"]
    (model / name).write_text(content)
    seal(model, **size)
    result = run_detect("photos", "--model", "model", "--backend", "opencv")
    refused(result, "cvgraph.pbtxt", "frozen_inference_graph.pb", "export the model again")


def test_too_few_labels(run_detect, photos, model, seal):
    size = json.loads((model / "model.json").read_text())["input"]
    (model / "labels.txt").write_text("only one\n")
    seal(model, **size)
    result = run_detect(
        "photos", "--model", "model", "--backend", "opencv", "--json", "--threshold", "0"
    )
    assert result.returncode == 1
    assert "labels.txt: 1 class names, the model found class" in result.stderr
