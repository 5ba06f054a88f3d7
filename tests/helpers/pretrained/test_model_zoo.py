"""The table of the model zoo: names, what can be trained here, and the verb that lists it."""

import json

import pytest

from helpers import __main__ as program
from helpers.pretrained import model_zoo
from helpers.structures.errors import BadInput


def test_the_table_is_consistent():
    assert len({model.name for model in model_zoo.MODELS}) == len(model_zoo.MODELS)
    for model in model_zoo.MODELS:
        assert len(model.sha256) in (0, 64) and model.input_size in (300, 320, 640)
        assert model.coco_map is None or 10 < model.coco_map < 40
        assert (model.coco_map is None) is not model.name.endswith(("coco", "tfjs"))
        assert str(model.input_size) in model.archive or model.input_size != 640
    rows = model_zoo.rows()
    assert len(rows) == len(model_zoo.MODELS) and rows[0]["model"] == "ssd_mobilenet_v2_coco"
    assert [row["here"] for row in rows] == sorted(
        (row["here"] for row in rows), key=lambda text: text != "yes"
    )


def test_obstacles_are_those_of_the_api_and_opencv():
    """Compared with the API's list of networks, and with what OpenCV's text graph can hold."""
    from object_detection.builders import model_builder

    known = sorted(model_builder.SSD_FEATURE_EXTRACTOR_CLASS_MAP, key=len, reverse=True)
    for model in model_zoo.MODELS:
        name = model.archive.replace("ssdlite_", "ssd_")
        trainable = [kind for kind in known if name.startswith(kind)]
        simple = not any(word in name for word in ("fpn", "ppn"))
        assert bool(model.obstacle) is not (bool(trainable) and simple), model.name


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
            "ssd_mobilenet_v3_large_coco: .*newer.* ssd_mobilenet_v2_coco",
            id="newer network",
        ),
        pytest.param(
            "ssd_mobilenet_v1_fpn_coco", "ssd_mobilenet_v1_fpn_coco: .*OpenCV", id="not in OpenCV"
        ),
    ],
)
def test_an_unknown_or_untrainable_model_is_refused(name, message):
    with pytest.raises(BadInput, match=message):
        model_zoo.find(name)


def test_the_verb_lists(capsys):
    assert program.main(["zoo"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(model_zoo.MODELS) + 1 and lines[0].split()[0] == "model"
    assert lines[1].split() == [
        "ssd_mobilenet_v2_coco",
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
