"""The regions of an entry, and the attribute that holds the class."""

import pytest

from helpers.annotations.formats import via_regions
from helpers.structures.errors import BadInput


def documents(*attributes):
    return [{"a": {"regions": [{"region_attributes": own} for own in attributes]}}]


@pytest.mark.parametrize(
    "regions, expected",
    [
        ([{"x": 1}, None], [(None, {"x": 1}), (None, {})]),
        ({"0": {"x": 1}}, [("0", {"x": 1})]),
        (None, []),
    ],
    ids=["list", "version 1", "none"],
)
def test_regions_with_their_keys(regions, expected):
    assert via_regions.regions_of({"regions": regions}) == expected


@pytest.mark.parametrize(
    "value, expected",
    [
        ("cat", ["cat"]),
        (7, ["7"]),
        ({"cat": True, "dog": False}, ["cat"]),
        ({"cat": True, "dog": True}, ["cat", "dog"]),
        (None, [""]),
    ],
    ids=["text", "number", "checkbox", "two checkboxes", "none"],
)
def test_the_class_of_a_region(value, expected):
    assert via_regions.names_of({"region_attributes": {"kind": value}}, "kind") == expected


@pytest.mark.parametrize(
    "attributes, named, expected",
    [
        ([{"whatever": "cat"}], "", "whatever"),
        ([{"note": "", "Label": "cat"}], "", "Label"),
        ([{"name": "Tom", "species": "cat"}], "", "name"),
        ([{"name": "Tom", "species": "cat"}], "species", "species"),
        ([{"type": "a"}, {"class": "b"}], "", "class"),
        ([], "", "class"),
        ([], "kind", "kind"),
    ],
    ids=["the only one", "like a class", "likeliest", "named", "two regions", "none", "none named"],
)
def test_which_attribute_is_the_class(attributes, named, expected):
    assert via_regions.class_attribute("via.json", documents(*attributes), named) == expected


@pytest.mark.parametrize("named", ["", "kind"], ids=["none like a class", "not there"])
def test_an_attribute_that_cannot_be_told_is_asked_for(named):
    with pytest.raises(BadInput, match="via.json.*note.*--attribute"):
        via_regions.class_attribute("via.json", documents({"note": "a", "sure": "b"}), named)
