"""Columns are found by the names that others give them."""

import pytest

from helpers.annotations.formats import csv_names


@pytest.mark.parametrize(
    "names, taken, expected",
    [
        pytest.param(["file", "label"], (), {"filename": 0, "class": 1}, id="two"),
        pytest.param(["name", "image"], (), {"filename": 1, "class": 0}, id="name beside a file"),
        pytest.param(["name", "class"], (), {"filename": 0, "class": 1}, id="name beside a class"),
        pytest.param(["width", "height"], (), {"width": 0, "height": 1}, id="size"),
        pytest.param(["width", "height"], (0,), {"height": 1}, id="taken by the box"),
        pytest.param(["imagewidth", "width"], (), {"width": 0}, id="the image's before any"),
        pytest.param(["prices"], (), {}, id="none"),
    ],
)
def test_places_of_columns(names, taken, expected):
    assert csv_names.places_of(names, csv_names.ALIASES, taken) == expected


def test_every_layout_has_names_that_are_read_as_it():
    for kind, names in csv_names.OF_BOX.items():
        fits = [
            own
            for aliases, own, _ in csv_names.BOXES
            if len(csv_names.places_of(names, aliases)) == len(aliases)
        ]
        assert fits == [kind]


def test_no_name_means_two_columns_of_a_box():
    for aliases, _, _ in csv_names.BOXES:
        likely = [name for own in aliases.values() for name in own]
        assert len(set(likely)) == len(likely)
