"""The opencv backend: the files it loads and what it makes of the network's outputs."""

import numpy as np
import pytest
import tiny_model

from helpers.inference.model_folder import ModelFolder
from helpers.inference.opencv_backend import OpenCVBackend
from helpers.structures.errors import BadInput


def test_a_damaged_model_is_named(exported, tmp_path):
    for path in exported.folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "cvgraph.pbtxt").write_bytes(b"damaged")
    with pytest.raises(BadInput, match="cvgraph.pbtxt"):
        OpenCVBackend(ModelFolder.at(tmp_path), tiny_model.LABELS)


def test_an_image_without_detections_gives_none(exported):
    """OpenCV gives one row of zeros where it finds nothing."""
    backend = OpenCVBackend(ModelFolder.at(exported.folder), tiny_model.LABELS)

    class Net:
        def setInput(self, blob):
            self.shape = blob.shape

        def forward(self):
            return np.zeros((1, 1, 1, 7), np.float32)

    backend._net = Net()
    assert len(backend.detect(tiny_model.image((40, 30)))) == 0
    assert backend._net.shape == (1, 3, tiny_model.SIZE[1], tiny_model.SIZE[0])
