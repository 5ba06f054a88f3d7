"""Reads and checks the model folder that training produced and a person copied to the device.

    model/
      frozen_inference_graph.pb  cvgraph.pbtxt   for OpenCV
      detect.tflite                              for TensorFlow Lite, where it was made
      detect_edgetpu.tflite                      for a Coral accelerator, where it was compiled
      labels.txt                                 a class name a line, in the order of the ids
      model.json                                 input size, threshold, sha256 of each file
      selftest.jpg  selftest.json                an image and what was found on it, where made

A copy onto an SD card that was cut short still loads at times and then detects nonsense, so
every file is compared with its sha256 before it is used.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Dict, NamedTuple, Tuple

from ..errors import InputError, reason_and_remedy, reason_of, require_utf_8

GRAPH = "frozen_inference_graph.pb"
TEXT_GRAPH = "cvgraph.pbtxt"
TFLITE = "detect.tflite"
EDGE_TPU = "detect_edgetpu.tflite"
LABELS = "labels.txt"
DESCRIPTION = "model.json"
SELF_TEST_IMAGE = "selftest.jpg"
SELF_TEST = "selftest.json"
RESIZE = "bilinear-half-pixel-centers"
# Models of 0.1.0: sampled at the corners of pixels, and OpenCV's graph took normalized pixels.
FORMER_RESIZE = "tf1-bilinear"
DEFAULT_THRESHOLD = 0.6
_INPUT_KEYS = ("width", "height", "mean", "std")

_COPY_AGAIN = "copy the whole model folder again"


class Bundle(NamedTuple):
    """A model folder whose files match their sha256.

    Attributes:
        folder: Where the files are.
        files: The names of the files that ``model.json`` lists.
        labels: Class names in the order of their ids; the first has id 1 in the label map.
        width: Width of the model's input, pixels.
        height: Height of the model's input, pixels.
        mean: Subtracted from each pixel value, 0..255, for TensorFlow Lite with float input.
        std: Divides the difference.
        threshold: The lowest score to report, 0..1, as chosen for this model; ``DEFAULT_THRESHOLD``
            where none was.
    """

    folder: Path
    files: Tuple[str, ...]
    labels: Tuple[str, ...]
    width: int
    height: int
    mean: float
    std: float
    threshold: float = DEFAULT_THRESHOLD

    def path(self, name: str, reason: str) -> Path:
        """Returns the path of a file that a backend needs.

        Args:
            name: File name inside the folder.
            reason: What needs the file and the remedy, for the message.

        Returns:
            The path; the file exists and matches its sha256.

        Raises:
            InputError: ``model.json`` does not list the file.
        """
        if name not in self.files:
            raise InputError(f"{self.folder / name}: not part of this model; {reason}")
        return self.folder / name


def read_bundle(folder: Path) -> Bundle:
    """Reads a model folder and checks every file against ``model.json``.

    Args:
        folder: The model folder.

    Returns:
        The bundle; every file matches its sha256.

    Raises:
        InputError: The folder or a file is missing, empty, damaged or invalid, or its name is not
            UTF-8.
    """
    if folder.is_file():
        raise InputError(
            f"{folder}: a file, expected the model folder; unpack it where it is an archive, or"
            " name the folder with --model DIR"
        )
    if not folder.is_dir():
        raise InputError(
            f"{folder}: no such model folder; copy it here or name another with --model DIR"
        )
    require_utf_8(folder)
    description = _read_description(folder / DESCRIPTION)
    files = _section(description, "files", folder)
    for name in sorted(files):
        _check_file(folder / name, files[name])
    if LABELS not in files:
        raise InputError(f"{folder / DESCRIPTION}: does not list {LABELS}; {_COPY_AGAIN}")
    return Bundle(
        folder=folder,
        files=tuple(sorted(files)),
        labels=_read_labels(folder / LABELS),
        threshold=_read_threshold(description, folder / DESCRIPTION),
        **_read_input(_section(description, "input", folder), folder / DESCRIPTION),
    )


def _read_description(path: Path) -> Dict[str, Any]:
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: missing; {_COPY_AGAIN}") from None
    except PermissionError as error:
        why = reason_and_remedy(error, _COPY_AGAIN)
        raise InputError(f"{path}: not readable {why}") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not readable JSON ({reason_of(error)}); {_COPY_AGAIN}") from None
    if not isinstance(description, dict):
        raise InputError(f"{path}: expected a JSON object; {_COPY_AGAIN}")
    return description


def _section(description: Dict[str, Any], key: str, folder: Path) -> Dict[str, Any]:
    section = description.get(key)
    if not isinstance(section, dict):
        raise InputError(f'{folder / DESCRIPTION}: no "{key}" section; {_COPY_AGAIN}')
    return section


def _check_file(path: Path, expected: Any) -> None:
    """Raises InputError unless the file has the size and sha256 that model.json states."""
    try:
        size, sha256 = path.stat().st_size, _sha256(path)
    except FileNotFoundError:
        raise InputError(f"{path}: missing, {DESCRIPTION} lists it; {_COPY_AGAIN}") from None
    except OSError as error:
        raise InputError(f"{path}: not readable {reason_and_remedy(error, _COPY_AGAIN)}") from None
    if size == 0:
        raise InputError(f"{path}: empty (0 bytes); {_COPY_AGAIN}")
    if not isinstance(expected, dict) or "sha256" not in expected:
        raise InputError(f"{path}: {DESCRIPTION} gives no sha256 for it; {_COPY_AGAIN}")
    if size != expected.get("bytes", size):
        raise InputError(
            f"{path}: {size} bytes, {DESCRIPTION} says {expected['bytes']}; {_COPY_AGAIN}"
        )
    if sha256 != expected["sha256"]:
        raise InputError(f"{path}: its sha256 is not the one in {DESCRIPTION}; {_COPY_AGAIN}")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def _read_labels(path: Path) -> Tuple[str, ...]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text; {_COPY_AGAIN}") from None
    labels = tuple(line.strip() for line in lines)
    if not any(labels):
        raise InputError(f"{path}: no class names in it, expected one a line; {_COPY_AGAIN}")
    if "" in labels:
        # Dropping the line would move every later class to its neighbour's name.
        number = labels.index("") + 1
        raise InputError(f"{path}: line {number} is empty, expected a class name; {_COPY_AGAIN}")
    return labels


def _read_input(section: Dict[str, Any], path: Path) -> Dict[str, Any]:
    resize = section.get("resize", FORMER_RESIZE)
    if resize == FORMER_RESIZE:
        raise InputError(
            f'{path}: input.resize is "{FORMER_RESIZE}", this detect.py expects "{RESIZE}"; export'
            " the model again with python -m helpers export, then python -m helpers bundle"
        )
    if resize != RESIZE:
        raise InputError(
            f'{path}: input.resize is {resize!r}, this detect.py knows "{RESIZE}";'
            " take detect.py and the model from the same version"
        )
    for key in _INPUT_KEYS:
        if not _is_valid_input(key, section.get(key)):
            raise InputError(
                f"{path}: input.{key} is {section.get(key)!r}, expected a number; {_COPY_AGAIN}"
            )
    return {key: section[key] for key in _INPUT_KEYS}


def _read_threshold(description: Dict[str, Any], path: Path) -> float:
    threshold = description.get("threshold", DEFAULT_THRESHOLD)
    valid = isinstance(threshold, (int, float)) and not isinstance(threshold, bool)
    if not valid or not 0 <= threshold <= 1:
        raise InputError(
            f"{path}: threshold is {threshold!r}, expected a number from 0 to 1; {_COPY_AGAIN}"
        )
    return float(threshold)


def _is_valid_input(key: str, value: object) -> bool:
    """Whether a size is a positive integer, ``std`` a positive number, ``mean`` a number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return (key == "mean" or value > 0) and (key in ("mean", "std") or isinstance(value, int))
