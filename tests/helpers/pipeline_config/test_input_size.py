"""The input size that the boxes of every class ask for."""

import numpy as np
import pytest

from helpers.pipeline_config import input_size
from helpers.pipeline_config.input_size import CELL, SIZES


def squares(**edges):
    """Boxes and labels: by class, the edges of its square boxes as shares of the image's."""
    labels = [name for name, values in edges.items() for _ in values]
    sizes = [(value, value) for values in edges.values() for value in values]
    return np.array(sizes).reshape(-1, 2), labels


def test_the_edge_of_a_class_is_its_lower_quartile_by_area():
    boxes, labels = squares(cat=[0.1, 0.2, 0.3, 0.4, 0.5])
    assert input_size.class_edges(boxes, labels) == pytest.approx({"cat": 0.2})
    flat = np.tile([0.4, 0.1], (3, 1))
    assert input_size.class_edges(flat, ["cat"] * 3) == pytest.approx({"cat": 0.2})


@pytest.mark.parametrize(
    "edges, counted",
    [
        pytest.param({"cat": [0.5] * 10, "flea": [0.01] * 10}, ["cat", "flea"], id="many"),
        pytest.param({"cat": [0.5] * 10, "flea": [0.01] * 9}, ["cat"], id="few of one"),
        pytest.param({"cat": [0.5] * 3, "flea": [0.01] * 3}, ["cat", "flea"], id="few of all"),
        pytest.param({}, [], id="no boxes"),
    ],
)
def test_a_class_of_few_boxes_counts_only_where_all_have_few(edges, counted):
    assert sorted(input_size.class_edges(*squares(**edges))) == counted


@pytest.mark.parametrize(
    "edges, template, most, expected",
    [
        pytest.param({"cat": 0.5}, 160, 512, 160, id="large objects"),
        pytest.param({"cat": 0.5}, 300, 512, 300, id="large objects, larger template"),
        pytest.param({"cat": 0.5, "cell": 10 / 160}, 160, 512, 300, id="one class of 10 at 160"),
        pytest.param({"cell": CELL / 160}, 160, 512, 160, id="just a cell"),
        pytest.param({"cell": CELL / 161}, 160, 512, 224, id="just less than a cell"),
        pytest.param({"cell": 0.04}, 300, 512, 400, id="small"),
        pytest.param({"cell": 0.01}, 300, 512, 512, id="too small for all"),
        pytest.param({"cell": 0.01}, 300, 320, 320, id="too small, and the device too slow"),
        pytest.param({"cat": 0.5}, 300, 224, 224, id="the device too slow for the template"),
        pytest.param({"cat": 0.5}, 96, 512, 96, id="a template of another size"),
        pytest.param({}, 300, 512, 300, id="no boxes"),
        pytest.param({}, 300, 160, 160, id="no boxes, slow device"),
    ],
)
def test_choose(edges, template, most, expected):
    assert input_size.choose(edges, template, most).pixels == expected


@pytest.mark.parametrize(
    "edges, most, said, unsaid",
    [
        pytest.param({"cat": 0.5}, 512, ["cat", "150"], ["PI_FPS", "Crop"], id="template"),
        pytest.param({"cell": 0.04}, 512, ["cell", "16 pixels", "12"], ["Crop"], id="larger"),
        pytest.param({"cell": 0.01}, 512, ["cell", "5 pixels", "Crop"], ["PI_FPS"], id="crop"),
        pytest.param({"cell": 0.04}, 320, ["cell", "Crop", "PI_FPS"], [], id="crop, slow"),
        pytest.param({"cat": 0.5}, 224, ["cat", "PI_FPS"], ["Crop"], id="slow"),
        pytest.param({}, 224, ["PI_FPS"], ["Crop"], id="slow, no boxes"),
    ],
)
def test_the_reason_names_class_and_remedy(edges, most, said, unsaid):
    reason = input_size.choose(edges, 300, most).reason
    assert [part for part in said if part not in reason] == []
    assert [part for part in unsaid if part in reason] == []


def test_a_small_class_is_not_lost_among_many_large_boxes():
    boxes, labels = squares(cat=[0.6] * 990, flea=[0.05] * 10)
    assert input_size.choose(input_size.class_edges(boxes, labels), SIZES[0]).pixels == 320
