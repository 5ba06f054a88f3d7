"""Each architecture of the zoo's SSDs, with random weights, through the parity check."""

import cv2
import pytest
import ssd_architectures
import tiny_model

from helpers.export import exporter, parity
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.errors import ParityFailed
from helpers.tfrecords.tfrecord import RecordImage


@pytest.fixture(scope="module", params=sorted(ssd_architectures.ALL))
def graph(request, tmp_path_factory):
    """The folder of an exported model of each architecture."""
    folder = tmp_path_factory.mktemp(request.param)
    config = ssd_architectures.config(request.param)
    checkpoint = tiny_model.checkpoint(config, folder)
    return exporter.export_model(config, checkpoint, tiny_model.LABELS, folder / "graph").folder


@pytest.fixture(scope="module")
def images():
    """Two images as the records hold them."""
    encoded = [
        cv2.imencode(".png", tiny_model.image((160, 120), seed))[1].tobytes() for seed in (1, 2)
    ]
    nothing = LabeledBoxes.from_rows([])
    return [RecordImage(f"{at}.png", each, 160, 120, nothing) for at, each in enumerate(encoded)]


def test_every_backend_finds_what_tensorflow_finds(graph, images):
    report = parity.compare_backends(graph, images, tiny_model.LABELS)
    assert report["passed"] and set(report["backends"]) == {"tensorflow", "opencv", "tflite"}
    for name in ("opencv", "tflite"):
        same = report["backends"][name]["same_pixels"]
        assert same["unmatched"] == 0 and same["detections"] > 20


def test_a_spoilt_text_graph_is_stopped(graph, images):
    path = graph / "cvgraph.pbtxt"
    text = path.read_text()
    spoilt = text.replace('op: "ResizeNearestNeighbor"', 'op: "ResizeBilinear"')
    spoilt = spoilt if spoilt != text else text.replace('op: "MaxPool"', 'op: "AvgPool"')
    assert spoilt != text
    path.write_text(spoilt)
    with pytest.raises(ParityFailed, match=r"opencv on \d.png"):
        parity.compare_backends(graph, images, tiny_model.LABELS)
