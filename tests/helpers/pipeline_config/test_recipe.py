"""Settings chosen from the data, each with its reason."""

import numpy as np
import pytest

from helpers.pipeline_config import pipeline, recipe
from helpers.pipeline_config.recipe import SCRATCH, TRANSFER, DatasetFacts

SQUARES = np.full((50, 2), 0.5)


def values(template=TRANSFER, images=160, classes=1, boxes=SQUARES):
    facts = DatasetFacts(images, classes, boxes, ("cat",) * len(boxes))
    return recipe.as_values(recipe.choose(template, facts))


@pytest.mark.parametrize(
    "images, classes, steps",
    [
        pytest.param(10, 1, 200, id="few images"),
        pytest.param(120, 1, 400, id="one class, whose steps are cheap"),
        pytest.param(120, 2, 200, id="two classes"),
        pytest.param(200, 2, 350, id="two classes, more images"),
        pytest.param(5000, 1, 550, id="many images"),
        pytest.param(5000, 2, 400, id="two classes, many images"),
    ],
)
def test_steps_of_fine_tuning_follow_the_images_and_what_is_frozen(images, classes, steps):
    assert values(images=images, classes=classes)["STEPS"] == steps


@pytest.mark.parametrize(
    "classes, layer", [(1, "expanded_conv_12"), (2, "expanded_conv_5"), (90, "expanded_conv_5")]
)
def test_several_classes_train_more_layers(classes, layer):
    assert values(classes=classes)["FREEZE"] == layer


@pytest.mark.parametrize(
    "textures, parts, layer",
    [
        pytest.param(0.76, 0.87, "expanded_conv_12", id="higher layers tell clearly more"),
        pytest.param(0.93, 0.97, "expanded_conv_5", id="higher layers tell hardly more"),
        pytest.param(0.67, 0.63, "expanded_conv_5", id="higher layers lose what matters"),
        pytest.param(0.70, 0.72, "expanded_conv_5", id="neither is good"),
    ],
)
def test_what_the_layers_tell_apart_decides_before_the_number_of_classes(textures, parts, layer):
    told_apart = {"expanded_conv_5": textures, "expanded_conv_12": parts}
    for classes in (1, 6):
        facts = DatasetFacts(160, classes, SQUARES, ("cat",) * 50, told_apart)
        (freeze,) = (s for s in recipe.choose(TRANSFER, facts) if s.name == "FREEZE")
        assert freeze.value == layer
        assert f"{parts:.0%}" in freeze.reason and f"{textures:.0%}" in freeze.reason


@pytest.mark.parametrize(
    "classes, accuracy, steps",
    [
        pytest.param(6, 0.67, 750, id="classes that resemble each other"),
        pytest.param(6, 0.93, 300, id="classes that differ"),
        pytest.param(1, 0.67, 300, id="one class"),
    ],
)
def test_classes_that_no_layer_tells_apart_take_longer(classes, accuracy, steps):
    told_apart = {"expanded_conv_5": accuracy, "expanded_conv_12": accuracy - 0.04}
    facts = DatasetFacts(160, classes, SQUARES, ("cat",) * 50, told_apart)
    (chosen,) = (one for one in recipe.choose(TRANSFER, facts) if one.name == "STEPS")
    assert chosen.value == steps
    assert ("more steps" in chosen.reason) == (steps == 750)


@pytest.mark.parametrize("classes, weight", [(1, 10), (2, 2), (6, 2)], ids=str)
def test_boxes_count_less_where_classes_are_to_be_told_apart(classes, weight):
    assert values(classes=classes)["LOCALIZATION_WEIGHT"] == weight


def test_from_scratch_nothing_is_frozen_and_the_steps_do_not_depend_on_the_images():
    few, many = values(SCRATCH, images=10), values(SCRATCH, images=5000)
    assert "FREEZE" not in few and few["STEPS"] == many["STEPS"]


@pytest.mark.parametrize(
    "boxes, fitted",
    [
        pytest.param(SQUARES, False, id="boxes that anchors match"),
        pytest.param(np.tile([0.9, 0.02], (50, 1)), True, id="long and flat boxes"),
        pytest.param(np.empty((0, 2)), False, id="no boxes"),
    ],
)
def test_anchors_are_fitted_where_the_templates_match_no_box(boxes, fitted):
    assert values(boxes=boxes)["FIT_ANCHORS"] is fitted


def test_anchors_follow_the_class_that_they_fit_worst():
    boxes = np.concatenate([SQUARES, SQUARES, np.tile([0.02, 0.02], (10, 1))])
    facts = DatasetFacts(160, 2, boxes, ("cat",) * 100 + ("flea",) * 10)
    fitted = {setting.name: setting for setting in recipe.choose(TRANSFER, facts)}["FIT_ANCHORS"]
    assert fitted.value is True and "flea" in fitted.reason


@pytest.mark.parametrize(
    "template, edge, most, size",
    [
        (TRANSFER, 0.5, 512, 300),
        (TRANSFER, 0.5, 224, 224),
        (TRANSFER, 0.04, 512, 400),
        (SCRATCH, 0.5, 512, 160),
        (SCRATCH, 10 / 160, 512, 300),
    ],
)
def test_the_input_is_as_large_as_small_objects_need_and_the_device_allows(
    template, edge, most, size
):
    facts = DatasetFacts(160, 1, np.full((50, 2), edge), ("cat",) * 50)
    assert recipe.as_values(recipe.choose(template, facts, most))["IMAGE_SIZE"] == size


@pytest.mark.parametrize("template", [TRANSFER, SCRATCH])
def test_the_augmentation_is_the_templates(template):
    steps = pipeline.read(template).train_config.data_augmentation_options
    kinds = [step.WhichOneof("preprocessing_step") for step in steps]
    flips = {"hflip": "random_horizontal_flip", "vflip": "random_vertical_flip"}
    assert [flips[name] for name in values(template)["AUGMENT"].split(",")] == kinds


def test_rows_begin_with_the_recipe_and_each_has_a_reason():
    settings = recipe.choose(TRANSFER, DatasetFacts(160, 1, SQUARES, ("cat",) * 50))
    rows = recipe.rows(TRANSFER, "fine-tunes", settings)
    assert rows[0] == {"setting": "RECIPE", "value": TRANSFER, "why": "fine-tunes"}
    assert all(row["why"] for row in rows) and len(rows) == len(settings) + 1
    assert {row["setting"]: row["value"] for row in rows}["FIT_ANCHORS"] == "no"


def test_facts_count_images_without_boxes_too(record):
    records = [record("a.jpg", ("cat", 0, 0, 20, 30)), record("b.jpg")]
    facts = DatasetFacts.of(records)
    assert facts[:2] == (2, 1) and facts.labels == ("cat",)
    np.testing.assert_allclose(facts.boxes, [[20 / records[0].width, 30 / records[0].height]])


@pytest.mark.parametrize(
    "change, same",
    [
        pytest.param("", True, id="its network"),
        pytest.param("model{ssd{num_classes: 90}}", True, id="other classes"),
        pytest.param(
            "model{ssd{feature_extractor{use_depthwise: true}}}", False, id="depthwise layers"
        ),
        pytest.param(
            'model{ssd{feature_extractor{type: "ssd_mobilenet_v1"}}}', False, id="another extractor"
        ),
        pytest.param("model{faster_rcnn{}}", False, id="another architecture"),
    ],
)
def test_has_our_network(tmp_path, change, same):
    from google.protobuf import text_format

    config = text_format.Merge(change, pipeline.read("ssd_mobilenet_v2"))
    path = pipeline.write(config, tmp_path / "pipeline.config")
    assert recipe.has_our_network(path) is same
