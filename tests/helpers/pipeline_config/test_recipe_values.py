"""Values for lines of a recipe: from a notebook in their own type, from a shell as text."""

import pytest

from helpers.pipeline_config import recipe_values
from helpers.structures.errors import BadInput


@pytest.mark.parametrize(
    "name, value, expected",
    [
        ("STEPS", 17, 17),
        ("STEPS", "17", 17),
        ("IMAGE_SIZE", "224", 224),
        ("BATCH_SIZE", 4.0, 4),
        ("AUGMENT", " hflip,crop ", "hflip,crop"),
        ("FREEZE", "none", "none"),
        ("FIT_ANCHORS", "no", False),
        ("FIT_ANCHORS", "Yes", True),
        ("FIT_ANCHORS", True, True),
        ("PI_FPS", "7.5", 7.5),
        ("MINUTES", 4, 4.0),
    ],
    ids=str,
)
def test_parse(name, value, expected):
    parsed = recipe_values.parse({name: value})
    assert parsed == {name: expected} and type(parsed[name]) is type(expected)


@pytest.mark.parametrize("value", [0, 0.0, "", "0", None, False, " "], ids=repr)
@pytest.mark.parametrize("name", sorted(recipe_values.PARSERS))
def test_what_is_not_given_is_left_out(name, value):
    assert recipe_values.parse({name: value}) == {}


@pytest.mark.parametrize(
    "name, value, message",
    [
        ("STEPZ", 5, "STEPZ.* STEPS"),
        ("steps", 5, "steps.* STEPS"),
        ("WORDS", "x", "WORDS.*IMAGE_SIZE"),
        ("STEPS", -3, "STEPS.*-3.* 2147483647"),
        ("STEPS", "many", "STEPS.*'many'"),
        ("STEPS", 2**40, "STEPS.* 2147483647"),
        ("STEPS", "inf", "STEPS.*'inf'"),
        ("STEPS", 1.5, "STEPS.*1.5"),
        ("IMAGE_SIZE", 4096, "IMAGE_SIZE.* 2048"),
        ("FIT_ANCHORS", "perhaps", "FIT_ANCHORS.* yes"),
        ("PI_FPS", -1, "PI_FPS.*-1"),
        ("PI_FPS", "nan", "PI_FPS.*'nan'"),
        ("MINUTES", "inf", "MINUTES.*'inf'"),
    ],
    ids=str,
)
def test_what_is_impossible_is_refused_with_what_is_possible(name, value, message):
    with pytest.raises(BadInput, match=message):
        recipe_values.parse({name: value})


def test_the_values_stay_as_they_are():
    values = {"STEPS": "5", "FREEZE": ""}
    recipe_values.parse(values)
    assert values == {"STEPS": "5", "FREEZE": ""}
