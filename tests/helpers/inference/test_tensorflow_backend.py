"""The tensorflow backend: the files it loads and what it makes of the network's outputs."""

import cv2
import numpy as np
import pytest
import tiny_model
from builders import unmatched

from helpers.inference import registry
from helpers.inference.model_folder import ModelFolder
from helpers.inference.tensorflow_backend import TensorFlowBackend
from helpers.pipeline_config import pipeline
from helpers.structures.errors import BadInput


def test_a_damaged_model_is_named(exported, tmp_path):
    for path in exported.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "frozen_inference_graph.pb").write_bytes(b"damaged")
    with pytest.raises(BadInput, match="frozen_inference_graph.pb"):
        TensorFlowBackend(ModelFolder.at(tmp_path), tiny_model.LABELS)


@pytest.mark.parametrize(
    "size",
    [
        pytest.param((320, 240), id="smaller"),
        pytest.param((90, 40), id="larger"),
        pytest.param(tiny_model.SIZE, id="same"),
    ],
)
def test_the_graph_resizes_as_the_device_does(backends, size):
    image = np.random.RandomState(2).randint(0, 256, (*size[::-1], 3)).astype(np.uint8)
    found = backends["tensorflow"].resized_by_graph(image)
    assert found.dtype == np.float32
    assert np.abs(found - cv2.resize(image, tiny_model.SIZE)).max() <= 1


def test_the_graph_finds_on_any_size_what_it_finds_on_resized_pixels(backends):
    image = cv2.resize(
        tiny_model.image(tiny_model.SIZE), (800, 640), interpolation=cv2.INTER_NEAREST
    )
    whole = backends["tensorflow"]._run(image[None])[0]
    resized = backends["tensorflow"]._run(cv2.resize(image, tiny_model.SIZE)[None])[0]
    np.testing.assert_allclose(whole.boxes_rel, resized.boxes_rel, atol=1e-4)
    np.testing.assert_allclose(whole.scores, resized.scores, atol=1e-4)


@pytest.mark.parametrize("given", ["folder", "prefix"])
def test_a_checkpoint_does_as_its_frozen_graph(exported, backends, given):
    prefix = exported.folder.parent / "model.ckpt"
    path = prefix.parent if given == "folder" else prefix
    backend = registry.open_backend("checkpoint", path, tiny_model.LABELS)
    image = tiny_model.image((320, 200))
    expected, found = backends["tensorflow"].detect(image), backend.detect(image)
    assert (unmatched(expected, found), unmatched(found, expected)) == (0, 0)
    assert len(found) > 50 and backend.name == "checkpoint"


def test_a_checkpoint_of_quantization_aware_training_runs(tmp_path):
    config = tiny_model.config(tiny_model.REWRITER, size=(96, 96))
    tiny_model.checkpoint(config, tmp_path)
    pipeline.write(config, tmp_path / "pipeline.config")
    backend = registry.open_backend("checkpoint", tmp_path / "model.ckpt", tiny_model.LABELS)
    assert len(backend.detect(tiny_model.image((96, 96)))) > 50


def test_a_batch_is_bounded_by_the_size_of_the_input(backends):
    assert backends["tensorflow"].batch_size == 16


def test_a_model_runs_by_its_backends_and_a_checkpoint_by_one(exported):
    found = registry.runnable(exported.folder)
    assert found == (["tensorflow", "opencv", "tflite"], tiny_model.LABELS)
    assert registry.runnable(exported.folder.parent) == (["checkpoint"], tiny_model.LABELS)


def test_the_files_of_a_backend_are_counted(exported):
    def size(folder, *patterns):
        return sum(path.stat().st_size for each in patterns for path in folder.glob(each))

    folder = exported.folder
    expected = {
        "tensorflow": size(folder, "*.pb"),
        "opencv": size(folder, "*.pb", "cvgraph.pbtxt"),
        "tflite": size(folder, "*.tflite"),
    }
    assert {name: registry.file_bytes(name, folder) for name in registry.BACKENDS} == expected
    checkpoint = size(folder.parent, "model.ckpt.*")
    assert registry.file_bytes("checkpoint", folder.parent) == checkpoint > 100_000
