"""The recipe of a model that is trained again."""

import numpy as np
import pytest

from helpers.pipeline_config import adaptation, freezing, pipeline, recipe, retraining
from helpers.pipeline_config.adaptation import ConfigOptions
from helpers.pipeline_config.class_remapping import ClassRemapping
from helpers.pipeline_config.recipe import DatasetFacts
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap

SAME = ClassRemapping(("cat",), ("cat",))
ADDED = ClassRemapping(("cat",), ("cat", "dog"))


def facts(images, classes=1):
    labels = tuple(f"class {number % classes}" for number in range(images))
    return DatasetFacts(images, classes, np.full((images, 2), 0.4), labels)


def chosen(images=160, classes=SAME, template=recipe.TRANSFER):
    config = pipeline.read(template)
    return recipe.as_values(retraining.choose(config, facts(images, len(classes.after)), classes))


@pytest.mark.parametrize("images", [20, 160, 2000])
@pytest.mark.parametrize("classes", [SAME, ADDED], ids=["same classes", "a new one"])
def test_it_takes_at_most_half_the_steps_of_the_first_time(images, classes):
    first = recipe.as_values(recipe.choose(recipe.TRANSFER, facts(images, len(classes.after))))[
        "STEPS"
    ]
    again = chosen(images, classes)["STEPS"]
    assert 0 < again <= first / (1 if classes.new else 2) or again == 100


def test_a_new_class_takes_longer():
    assert chosen(classes=ADDED)["STEPS"] > chosen()["STEPS"]


def test_what_the_predictors_belong_to_is_not_chosen_again():
    assert not set(chosen()) & {"FIT_ANCHORS", "AUGMENT", "BATCH_SIZE", "IMAGE_SIZE"}


def test_layers_that_were_frozen_stay_so():
    config = freezing.with_frozen(pipeline.read(recipe.TRANSFER), "expanded_conv_3")
    assert recipe.as_values(retraining.choose(config, facts(160), SAME))["FREEZE"] == (
        "expanded_conv_3"
    )


def test_layers_are_frozen_as_for_a_first_training_where_none_were():
    first = recipe.as_values(recipe.choose(recipe.TRANSFER, facts(160)))
    assert chosen(template=recipe.SCRATCH)["FREEZE"] == first["FREEZE"]
    config = pipeline.read(recipe.TRANSFER)
    config.model.ssd.feature_extractor.type = "ssd_inception_v2"
    assert "FREEZE" not in recipe.as_values(retraining.choose(config, facts(160), SAME))


@pytest.mark.parametrize(
    "anchors, size, named",
    [(True, 0, "anchors"), (False, 320, "320")],
    ids=["fitted anchors", "another input size"],
)
def test_what_the_predictors_belong_to_cannot_be_changed(anchors, size, named):
    retraining.require_same_predictors("model.ckpt", anchors, size)
    retraining.require_same_predictors("last-a-7.ckpt", False, 0)
    with pytest.raises(BadInput, match=f"last-a-7.ckpt: .*{named}"):
        retraining.require_same_predictors("last-a-7.ckpt", anchors, size)


def test_the_config_is_the_same_however_often_it_is_made():
    config, options = pipeline.read(recipe.TRANSFER), ConfigOptions(100, checkpoint="last-a-7.ckpt")
    made = adaptation.adapt(config, LabelMap.of(["cat"]), options)
    assert adaptation.adapt(made, LabelMap.of(["cat"]), options) == made
