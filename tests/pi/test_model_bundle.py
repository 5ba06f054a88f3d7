"""A model folder is used only when it is whole."""

import json

import pytest

from detection.errors import InputError
from detection.model_bundle import read_bundle

LABELS = "cup\nball\n"


@pytest.fixture()
def folder(tmp_path, seal):
    model = tmp_path / "model"
    model.mkdir()
    (model / "labels.txt").write_text(LABELS, encoding="utf-8")
    (model / "frozen_inference_graph.pb").write_bytes(b"weights")
    seal(model)
    return model


def change(folder, **sections):
    path = folder / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **sections}))


def test_a_whole_folder(folder):
    bundle = read_bundle(folder)
    assert bundle.labels == ("cup", "ball")
    assert bundle.files == ("frozen_inference_graph.pb", "labels.txt")
    assert (bundle.width, bundle.height, bundle.mean, bundle.std) == (160, 120, 127.5, 127.5)
    assert bundle.path("labels.txt", "") == folder / "labels.txt"


@pytest.mark.parametrize(
    "text, labels",
    [
        ("cup", ("cup",)),
        ("cup\nball", ("cup", "ball")),
        ("\ufeffcup\r\nB\u00e4r \r\n", ("cup", "B\u00e4r")),
        ("traffic light\n", ("traffic light",)),
    ],
)
def test_labels(folder, seal, text, labels):
    (folder / "labels.txt").write_bytes(text.encode("utf-8"))
    seal(folder)
    assert read_bundle(folder).labels == labels


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", r"labels.txt: empty \(0 bytes\)"),
        (b"\n  \n", "labels.txt: no class names"),
        (b"cup\n\nball\n", "labels.txt: line 2 is empty"),
        (b"B\xe4r\n", "labels.txt: not UTF-8"),
    ],
)
def test_labels_that_will_not_do(folder, seal, content, message):
    (folder / "labels.txt").write_bytes(content)
    seal(folder)
    with pytest.raises(InputError, match=message):
        read_bundle(folder)


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda f: (f / "model.json").unlink(), "model.json: missing.*copy"),
        (lambda f: (f / "model.json").write_text(""), "model.json: not readable JSON"),
        (lambda f: (f / "model.json").write_text("[]"), "model.json: expected a JSON object"),
        (lambda f: (f / "model.json").write_text("{}"), 'model.json: no "files" section'),
        (lambda f: change(f, input=None), 'model.json: no "input" section'),
        (lambda f: change(f, files={"labels.txt": {}}), "labels.txt: model.json gives no sha256"),
        (lambda f: change(f, files={}), "model.json: does not list labels.txt"),
        (lambda f: (f / "labels.txt").unlink(), "labels.txt: missing, model.json lists it"),
        (lambda f: (f / "frozen_inference_graph.pb").write_bytes(b""), "graph.pb: empty"),
        (
            lambda f: (f / "frozen_inference_graph.pb").write_bytes(b"weigh"),
            "graph.pb: 5 bytes, model.json says 7",
        ),
        (
            lambda f: (f / "frozen_inference_graph.pb").write_bytes(b"weightz"),
            "graph.pb: its sha256",
        ),
        (lambda f: (f / "labels.txt").write_text("ball\ncup\n"), "labels.txt: its sha256"),
    ],
    ids=[
        "no-description",
        "empty-description",
        "description-a-list",
        "description-empty-object",
        "no-input",
        "no-sha256",
        "labels-not-listed",
        "labels-missing",
        "graph-empty",
        "graph-cut",
        "graph-changed",
        "labels-swapped",
    ],
)
def test_a_damaged_folder(folder, spoil, message):
    spoil(folder)
    with pytest.raises(InputError, match=message):
        read_bundle(folder)


@pytest.mark.parametrize(
    "key, value",
    [
        ("width", 0),
        ("width", None),
        ("height", -1),
        ("height", "160"),
        ("height", 1.5),
        ("mean", "grey"),
        ("std", 0),
        ("std", True),
        ("resize", "cv2"),
        ("resize", None),
    ],
)
def test_an_input_that_makes_no_sense(folder, seal, key, value):
    seal(folder, **{key: value})
    with pytest.raises(InputError, match=f"model.json: input.{key} is {value!r}"):
        read_bundle(folder)


def test_no_folder(tmp_path):
    with pytest.raises(InputError, match="nowhere: no such model folder.*--model"):
        read_bundle(tmp_path / "nowhere")


def test_a_file_that_the_model_does_not_have(folder):
    with pytest.raises(InputError, match="cvgraph.pbtxt: not part of this model; export it"):
        read_bundle(folder).path("cvgraph.pbtxt", "export it")
