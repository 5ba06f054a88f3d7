"""The backends by name: one way to run a model, whichever runtime runs it.

Every backend resizes by ``cv2.resize``, which samples at the centers of pixels, as the models were
trained (:mod:`helpers.pipeline_config.image_resizer`), and decodes JPEG with the accurate cosine
transform, so that on an image of any size they give the same detections.

Images are expected upright, as the records hold them: OpenCV follows an EXIF orientation when
it decodes, TensorFlow does not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Union

from helpers.annotations import label_map_file
from helpers.inference import checkpoint_files
from helpers.inference.backend import Backend
from helpers.inference.model_folder import (
    FROZEN_GRAPH,
    TEXT_GRAPH,
    TFLITE,
    TFLITE_FLOAT,
    ModelFolder,
)
from helpers.inference.opencv_backend import OpenCVBackend
from helpers.inference.tensorflow_backend import CheckpointBackend, TensorFlowBackend
from helpers.inference.tflite_backend import FloatTFLiteBackend, TFLiteBackend
from helpers.pipeline_config import warm_start
from helpers.structures.errors import BadInput, MissingPart
from helpers.structures.label_map import LabelMap

BACKENDS = (TensorFlowBackend.name, OpenCVBackend.name, TFLiteBackend.name)
_CLASSES: Dict[str, Callable[[ModelFolder, LabelMap], Backend]] = {
    backend.name: backend
    for backend in (TensorFlowBackend, OpenCVBackend, TFLiteBackend, FloatTFLiteBackend)
}
_FILES = {
    TensorFlowBackend.name: (FROZEN_GRAPH,),
    OpenCVBackend.name: (FROZEN_GRAPH, TEXT_GRAPH),
    TFLiteBackend.name: (TFLITE,),
    FloatTFLiteBackend.name: (TFLITE_FLOAT,),
}


def open_backend(name: str, folder: Union[str, Path], label_map: LabelMap) -> Backend:
    """Loads an exported model, or a checkpoint.

    Args:
        name: one of ``BACKENDS``, ``tflite_float``, or ``checkpoint``.
        folder: of the exported model; for ``checkpoint`` a job folder or a checkpoint's prefix.
        label_map: the names of the class ids, in the order the model was trained with.

    Raises:
        BadInput: there is no such backend, a file does not load, or the model was exported when
            graphs sampled at the corners of pixels.
        MissingPart: the folder lacks a file of the model.
    """
    if name == CheckpointBackend.name:
        return CheckpointBackend(folder, label_map)
    if name not in _CLASSES:
        raise BadInput.of("backend", repr(name), f"one of {list(BACKENDS)}", "Choose one of them.")
    model = ModelFolder.at(folder)
    model.require_sampling()
    return _CLASSES[name](model, label_map)


class Runnable(NamedTuple):
    """What runs a model.

    Attributes:
        names: of the backends, the reference first; for :func:`open_backend`.
        label_map: of the model.
    """

    names: List[str]
    label_map: LabelMap


def runnable(path: Union[str, Path]) -> Runnable:
    """The backends that run an exported model, or a checkpoint as it is.

    Args:
        path: the folder of an exported model; a job folder or a checkpoint's prefix.

    Raises:
        MissingPart: there is neither, or no label map near the checkpoint.
    """
    model = ModelFolder.at(path)
    if model.label_map.is_file():
        return Runnable(model.backends(), label_map_file.read(model.label_map))
    found = checkpoint_files.find(path)
    if found.label_map is None:
        raise MissingPart(
            f"{found.prefix}: no {model.label_map.name} near it. Put the one it was trained with "
            "into its folder."
        )
    return Runnable([CheckpointBackend.name], label_map_file.read(found.label_map))


def file_bytes(name: str, path: Union[str, Path]) -> int:
    """What the files take that a backend reads.

    Args:
        name: of the backend.
        path: as for :func:`open_backend`.
    """
    if name == CheckpointBackend.name:
        paths = warm_start.files_of(checkpoint_files.find(path).prefix)
    else:
        paths = [ModelFolder.at(path).require(file) for file in _FILES[name]]
    return sum(file.stat().st_size for file in paths)
