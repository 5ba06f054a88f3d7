"""Models of eight bits on the device: the same detections as the library's own backend."""

import shutil

import numpy as np

from detector import load
from images import read_image


def test_the_detector_finds_what_the_library_finds(eight_bits, images, seal, tmp_path):
    import tiny_model

    from helpers.inference import predict

    model = tmp_path / "model"
    model.mkdir()
    for name in ("frozen_inference_graph.pb", "cvgraph.pbtxt", "detect.tflite", "labels.txt"):
        shutil.copy(str(eight_bits.folder / name), str(model))
    seal(model, width=eight_bits.width, height=eight_bits.height)
    detector = load(model, "tflite")
    backend = predict.open_backend("tflite", eight_bits.folder, tiny_model.LABELS)
    number = 0
    for path in images:
        image = read_image(path)
        found, expected = detector.detect(image, 0.1), backend.detect(image).with_min_score(0.1)
        number += len(found)
        assert [one.label for one in found] == list(expected.labels)
        np.testing.assert_allclose([one.score for one in found], expected.scores, atol=1e-6)
        np.testing.assert_allclose([one.box for one in found], expected.boxes, atol=1e-3)
    assert number > 0
