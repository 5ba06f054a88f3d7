"""The table of the model zoo: names, what can be trained here, and the verb that lists it."""

import json
import re

import pytest

from helpers import __main__ as program
from helpers.pipeline_config import exportability
from helpers.pretrained import model_zoo
from helpers.structures.errors import BadInput


def test_the_table_is_consistent():
    assert len({model.name for model in model_zoo.MODELS}) == len(model_zoo.MODELS)
    for model in model_zoo.MODELS:
        assert len(model.sha256) in (0, 64) and re.fullmatch(r"\d+[x-]\d+", model.input)
        assert model.coco_map is None or 10 < model.coco_map < 50
        stated = re.search(r"\d+x\d+", model.archive)
        assert not stated or stated.group() == model.input
    rows = model_zoo.rows()
    assert len(rows) == len(model_zoo.MODELS) and rows[0]["model"] == "ssd_resnet_50_fpn_coco"
    assert [row["here"] for row in rows] == sorted(
        (row["here"] for row in rows), key=lambda text: text != "yes"
    )


def test_each_obstacle_has_a_reason_and_a_way_out():
    usable = {model.name for model in model_zoo.MODELS if not model.obstacle}
    for model in model_zoo.MODELS:
        assert bool(model.reason) is bool(model.obstacle) is bool(model.instead)
        assert not model.instead or model.instead in usable
        assert not model.nearest or model_zoo.find(model.nearest).weights
    assert {model.obstacle for model in model_zoo.MODELS} - {""} == set(model_zoo.OBSTACLES)


def test_obstacles_are_those_of_the_api_and_opencv():
    """Compared with the API's list of networks, and with what OpenCV's text graph can hold."""
    from object_detection.builders import model_builder

    of_one_stage = set(model_builder.SSD_FEATURE_EXTRACTOR_CLASS_MAP)
    known = of_one_stage | set(model_builder.FASTER_RCNN_FEATURE_EXTRACTOR_CLASS_MAP)
    for model in model_zoo.MODELS:
        assert (model.obstacle == "extractor") is (model.extractor not in known), model.name
        if model.extractor in of_one_stage:
            exportable = model.extractor in exportability.EXTRACTORS
            assert exportable is not bool(model.obstacle), model.name
        if not model.obstacle:
            assert model.has_two_stages is not (model.extractor in of_one_stage), model.name


@pytest.mark.parametrize(
    "name",
    [
        "ssd_mobilenet_v2_coco",
        "ssd_mobilenet_v2_coco_2018_03_29",
        "ssd_mobilenet_v2_coco_2018_03_29.tar.gz",
    ],
)
def test_a_model_by_any_of_its_names(name):
    assert model_zoo.find(name).name == "ssd_mobilenet_v2_coco"


@pytest.mark.parametrize(
    "name, message",
    [
        pytest.param(
            "ssd_mobilenet_v2", "'ssd_mobilenet_v2': .* ssd_mobilenet_v2_", id="near a name"
        ),
        pytest.param("yolo", "'yolo': .*`python -m helpers zoo`.* Correct", id="near no name"),
        pytest.param(
            "ssd_mobilenet_v3_large_coco",
            "v3_large_coco: .*ssd_mobilenet_v3_large.*, expected .*ssdlite_mobilenet_v2_coco",
            id="network of a newer API",
        ),
        pytest.param(
            "mask_rcnn_inception_v2_coco", "masks.*, expected .*ssd_resnet_50_fpn", id="masks"
        ),
        pytest.param("rfcn_resnet101_coco", "pooling.*, expected .*ssd_resnet_50", id="R-FCN"),
    ],
)
def test_an_unknown_or_untrainable_model_is_refused(name, message):
    with pytest.raises(BadInput, match=message):
        model_zoo.find(name)


def test_the_verb_lists(capsys):
    assert program.main(["zoo"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(model_zoo.MODELS) + 1 and lines[0].split()[0] == "model"
    columns = {line.split()[0]: line.split()[1:] for line in lines}
    assert columns["ssd_mobilenet_v2_coco"] == [
        "300x300",
        "22",
        "2.0",
        "112.6",
        "23.5",
        "zoo",
        "yes",
    ]
    assert program.main(["zoo", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == model_zoo.rows()
