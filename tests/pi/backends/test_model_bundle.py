"""A model folder is used only when it is whole."""

import json

import pytest

from detection.backends.model_bundle import read_bundle
from detection.errors import InputError

LABELS = "cup\nball\n"
GRAPH = "frozen_inference_graph.pb"


@pytest.fixture()
def folder(tmp_path, seal):
    model = tmp_path / "model"
    model.mkdir()
    (model / "labels.txt").write_text(LABELS, encoding="utf-8")
    (model / GRAPH).write_bytes(b"weights")
    seal(model)
    return model


def test_a_whole_folder(folder):
    bundle = read_bundle(folder)
    assert bundle.labels == ("cup", "ball")
    assert bundle.files == (GRAPH, "labels.txt")
    assert (bundle.width, bundle.height, bundle.mean, bundle.std) == (160, 120, 127.5, 127.5)
    assert bundle.path("labels.txt", "") == folder / "labels.txt"


@pytest.mark.parametrize(
    "content, labels",
    [
        pytest.param("cup", ("cup",), id="one class"),
        pytest.param("cup\nball", ("cup", "ball"), id="two classes"),
        pytest.param("\ufeffcup\r\nB\u00e4r \r\n", ("cup", "B\u00e4r"), id="BOM and CRLF"),
        pytest.param("traffic light\n", ("traffic light",), id="name with a space"),
    ],
)
def test_labels(folder, seal, content, labels):
    (folder / "labels.txt").write_bytes(content.encode("utf-8"))
    seal(folder)
    assert read_bundle(folder).labels == labels


@pytest.mark.parametrize(
    "content, message",
    [
        pytest.param(b"", r"labels.txt: empty \(0 bytes\)", id="empty"),
        pytest.param(b"\n  \n", "labels.txt: no class", id="blank lines only"),
        pytest.param(b"cup\n\nball\n", "labels.txt: line 2 ", id="blank line between"),
        pytest.param(b"B\xe4r\n", "labels.txt: not UTF-8", id="Latin-1"),
    ],
)
def test_invalid_labels(folder, seal, content, message):
    (folder / "labels.txt").write_bytes(content)
    seal(folder)
    with pytest.raises(InputError, match=message):
        read_bundle(folder)


def write(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def remove(name):
    return lambda folder: (folder / name).unlink()


def change(**sections):
    """Replaces sections of model.json."""

    def spoil(folder):
        path = folder / "model.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **sections}))

    return spoil


@pytest.mark.parametrize(
    "spoil, message",
    [
        pytest.param(remove("model.json"), "model.json: missing.*copy", id="no model.json"),
        pytest.param(write("model.json", b""), "model.json: .*readable JSON", id="empty JSON"),
        pytest.param(write("model.json", b"[]"), "model.json: .* JSON object", id="JSON list"),
        pytest.param(write("model.json", b"{}"), 'model.json: .*"files"', id="no files section"),
        pytest.param(change(input=None), 'model.json: .*"input"', id="no input section"),
        pytest.param(
            change(files={"labels.txt": {}}), "labels.txt: model.json .*sha256", id="no sha256"
        ),
        pytest.param(change(files={}), "model.json: .*list labels.txt", id="labels not listed"),
        pytest.param(remove("labels.txt"), "labels.txt: missing.*model.json", id="labels missing"),
        pytest.param(write(GRAPH, b""), f"{GRAPH}: empty", id="empty graph"),
        pytest.param(
            write(GRAPH, b"weigh"), f"{GRAPH}: 5 bytes, model.json .* 7", id="truncated graph"
        ),
        pytest.param(write(GRAPH, b"weightz"), f"{GRAPH}: its sha256", id="changed graph"),
        pytest.param(
            write("labels.txt", b"ball\ncup\n"), "labels.txt: its sha256", id="swapped labels"
        ),
    ],
)
def test_a_damaged_folder(folder, spoil, message):
    spoil(folder)
    with pytest.raises(InputError, match=message):
        read_bundle(folder)


@pytest.mark.parametrize(
    "sections, threshold",
    [
        pytest.param({}, 0.6, id="of an older export"),
        pytest.param({"threshold": 0.35}, 0.35, id="chosen"),
        pytest.param({"threshold": 0}, 0.0, id="everything"),
    ],
)
def test_the_threshold_of_the_model(folder, sections, threshold):
    change(**sections)(folder)
    assert read_bundle(folder).threshold == threshold


@pytest.mark.parametrize("value", [None, "0.5", True, -0.1, 1.5, float("nan")], ids=repr)
def test_a_threshold_that_is_none(folder, value):
    change(threshold=value)(folder)
    with pytest.raises(InputError, match="model.json: threshold is .*0 to 1"):
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
def test_invalid_input_description(folder, seal, key, value):
    seal(folder, **{key: value})
    with pytest.raises(InputError, match=f"model.json: input.{key} is {value!r}"):
        read_bundle(folder)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda section: section.update(resize="tf1-bilinear"), id="corners"),
        pytest.param(lambda section: section.pop("resize"), id="not said"),
    ],
)
def test_a_model_exported_before_is_to_be_exported_again(folder, spoil):
    section = json.loads((folder / "model.json").read_text())["input"]
    spoil(section)
    change(input=section)(folder)
    with pytest.raises(InputError, match="model.json: .*tf1-bilinear.*helpers export"):
        read_bundle(folder)


def test_no_folder(tmp_path):
    with pytest.raises(InputError, match="nowhere: .*model folder.*--model"):
        read_bundle(tmp_path / "nowhere")


def test_a_file_that_the_model_does_not_have(folder):
    with pytest.raises(InputError, match="cvgraph.pbtxt: .*; EXPORT$"):
        read_bundle(folder).path("cvgraph.pbtxt", "EXPORT")
