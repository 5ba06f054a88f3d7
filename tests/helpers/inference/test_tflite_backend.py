"""The tflite backend: the files it loads and what it makes of the network's outputs."""

from pathlib import Path

import numpy as np
import pytest
import tiny_model

from helpers.inference import registry, tflite_backend
from helpers.inference.model_folder import ModelFolder
from helpers.inference.tflite_backend import FloatTFLiteBackend, TFLiteBackend
from helpers.structures.errors import BadInput, MissingPart


def test_a_damaged_model_is_named(exported, tmp_path):
    for path in exported.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "detect.tflite").write_bytes(b"damaged")
    with pytest.raises(BadInput, match="detect.tflite"):
        TFLiteBackend(ModelFolder.at(tmp_path), tiny_model.LABELS)


def test_boxes_without_size_are_a_fault_of_the_model(exported, tmp_path):
    for path in exported.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    model = (tmp_path / "detect.tflite").read_bytes()
    # The scale of width and height in the post-processing's options: sizes become 0 or infinite.
    scale, tiny = (np.float32(value).tobytes() for value in (5, 0.0005))
    assert scale in model
    (tmp_path / "detect.tflite").write_bytes(model.replace(scale, tiny))
    backend = TFLiteBackend(ModelFolder.at(tmp_path), tiny_model.LABELS)
    with pytest.raises(BadInput, match="detect.tflite"):
        backend.detect(np.random.RandomState(0).randint(0, 255, (50, 60, 3)).astype(np.uint8))


def test_the_input_size_is_that_of_the_model(exported):
    backend = TFLiteBackend(ModelFolder.at(exported.folder), tiny_model.LABELS)
    assert (backend.width, backend.height) == tiny_model.SIZE


def test_the_float_model_lies_beside_a_quantized_one(exported):
    with pytest.raises(MissingPart, match="detect_float.tflite"):
        FloatTFLiteBackend(ModelFolder.at(exported.folder), tiny_model.LABELS)
    assert FloatTFLiteBackend.name not in registry.BACKENDS


def test_grey_levels_become_minus_one_to_one():
    values = tflite_backend.normalized(np.array([0, 255], np.uint8))
    assert values.dtype == np.float32 and values.tolist() == [-1.0, 1.0]


def test_outputs_of_a_classifier_are_refused():
    with pytest.raises(BadInput, match=r"a.tflite: .*\['Softmax'\], expected"):
        tflite_backend._outputs(Path("a.tflite"), [{"name": "Softmax", "index": 3}])
