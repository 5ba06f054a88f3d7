"""Model folders with one thing wrong each, made of a sound one."""

import hashlib
import json
import shutil

GRAPH, TEXT_GRAPH, TFLITE = "frozen_inference_graph.pb", "cvgraph.pbtxt", "detect.tflite"
LABELS, DESCRIPTION = "labels.txt", "model.json"


def _description(folder):
    return json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))


def _describe(folder, **changes):
    (folder / DESCRIPTION).write_text(json.dumps({**_description(folder), **changes}))


def _input(**changes):
    """Changes what model.json says of the input."""
    return lambda folder: _describe(folder, input={**_description(folder)["input"], **changes})


def _listed(name, **facts):
    """Changes what model.json says of a file; nothing given takes it off the list."""

    def change(folder):
        files = {key: facts_of for key, facts_of in _description(folder)["files"].items()}
        files.pop(name, None)
        _describe(folder, files={**files, name: facts} if facts else files)

    return change


def _vouched(name, content):
    """Puts other content into a file, and its sha256 into model.json."""

    def change(folder):
        (folder / name).write_bytes(content)
        _listed(name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))(folder)

    return change


def _changed(name, change):
    """Changes the bytes of a file, of which model.json knows nothing."""
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes()))


def _flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _description_is_a_folder(folder):
    (folder / DESCRIPTION).unlink()
    (folder / DESCRIPTION).mkdir()


BREAK = {
    "good": lambda folder: None,
    "cut-json": _changed(DESCRIPTION, lambda content: content[:-20]),
    "list-json": _changed(DESCRIPTION, lambda content: b"[]"),
    "folder-json": _description_is_a_folder,
    "no-files": lambda folder: _describe(folder, files=None),
    "no-graph": lambda folder: (folder / GRAPH).unlink(),
    "empty-graph": _changed(GRAPH, lambda content: b""),
    "cut-graph": _changed(GRAPH, lambda content: content[:-1]),
    "damaged-graph": _changed(GRAPH, _flipped),
    "no-sha256": _listed(TEXT_GRAPH, bytes=1),
    "no-labels": _listed(LABELS),
    "latin-labels": _vouched(LABELS, "Bär\n".encode("latin-1")),
    "blank-label": _vouched(LABELS, b"cup\n\nball\n"),
    "blank-labels": _vouched(LABELS, b"\n\n"),
    "text-width": _input(width="wide"),
    "former": _input(resize="tf1-bilinear"),
    "newer": _input(resize="lanczos"),
    "threshold": lambda folder: _describe(folder, threshold=60),
    "text-graph": _vouched(TEXT_GRAPH, b"<html></html>\n"),
    "text-self-test": _vouched("selftest.json", b"<html></html>\n"),
    "no-tflite": _listed(TFLITE),
}


def make_models(folder, sound):
    """Makes a folder for each name in ``BREAK``; of the sound one, without a self-test."""
    (folder / "empty").mkdir(parents=True)
    (folder / "file").write_text("not a folder")
    for name, change in BREAK.items():
        shutil.copytree(str(sound), str(folder / name))
        for listed in ("selftest.json", "selftest.jpg"):
            (folder / name / listed).unlink() if (folder / name / listed).exists() else None
            _listed(listed)(folder / name)
        change(folder / name)
