"""The tensorflow backend: the files it loads and what it makes of the network's outputs."""

import numpy as np
import pytest
import tiny_model

from helpers.inference.model_folder import ModelFolder
from helpers.inference.tensorflow_backend import TensorFlowBackend
from helpers.structures.errors import BadInput


def test_a_damaged_model_is_named(exported, tmp_path):
    for path in exported.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "frozen_inference_graph.pb").write_bytes(b"damaged")
    with pytest.raises(BadInput, match="frozen_inference_graph.pb"):
        TensorFlowBackend(ModelFolder.at(tmp_path), tiny_model.LABELS)


def test_the_graph_resizes_as_the_other_backends_do_before_it(backends):
    image = tiny_model.image((320, 240))
    whole, resized = (
        backends["tensorflow"].detect(image),
        backends["tensorflow"].detect_resized(backends["tensorflow"].resize(image)),
    )
    scale = np.array([320, 240] * 2) / np.array(tiny_model.SIZE * 2)
    assert whole.labels[0] == resized.labels[0]
    assert np.abs(whole.scores[0] - resized.scores[0]) < 0.02
    assert np.abs(whole.boxes[0] - resized.boxes[0] * scale).max() < 4
