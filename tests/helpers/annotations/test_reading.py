"""The options of reading: which format takes which, and that the verbs hand them on."""

from dataclasses import FrozenInstanceError, fields

import pytest

from helpers.annotations import registry
from helpers.annotations.reading import ReadOptions
from helpers.structures.errors import BadInput


def test_options_leave_everything_open_by_default_and_stay_as_they_are():
    options = ReadOptions()
    assert [getattr(options, one.name) for one in fields(options)] == ["", None, "", ""]
    with pytest.raises(FrozenInstanceError):
        options.layout = "detect"


REFUSED = [
    (name, option)
    for name, chosen in registry.FORMATS.items()
    for option in registry.CHOICES
    if option not in chosen.options
]


@pytest.mark.parametrize("name, option", REFUSED)
def test_a_format_refuses_the_options_it_does_not_have(tmp_path, name, option):
    with pytest.raises(BadInput, match=f"^{option}: found 'some'"):
        registry.read(name, tmp_path, tmp_path, ReadOptions(**{option: "some"}))
