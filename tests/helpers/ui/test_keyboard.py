"""Keys reach the kernel, and the kernel knows whether the browser shows its last change."""

import re

import pytest

from helpers.ui import keyboard
from helpers.ui.keyboard import Keys


@pytest.mark.parametrize(
    "revision, rendered, up_to_date",
    [(0, 0, True), (1, 0, False), (1, 1, True), (3, 2, False)],
    ids=["new", "changed", "rendered", "behind"],
)
def test_the_browser_is_up_to_date_when_it_has_rendered_the_last_revision(
    revision, rendered, up_to_date
):
    keys = Keys()
    keys.revision, keys.rendered_revision = revision, rendered
    assert keys.up_to_date is up_to_date


def test_each_pressed_key_calls_back_with_its_name():
    keys, pressed = Keys(observed_keys=["ArrowLeft", "a"]), []
    keys.on_key(pressed.append)
    for name in ("a", "ArrowLeft", "a"):
        keys._handle_custom_msg({"key": name}, [])
    assert pressed == ["a", "ArrowLeft", "a"]


def test_the_script_and_the_widget_use_the_same_names():
    """A name that differs would be ignored by both, in silence."""
    names = set(re.findall(r'model\.[gs]et\("(\w+)"', keyboard._SCRIPT))
    assert names == {"observed_keys", "revision", "rendered_revision"}
    assert names <= set(Keys().keys)  # what ipywidgets synchronises
    assert set(re.findall(r'"change:(\w+)"', keyboard._SCRIPT)) == {"revision"}
    assert f'closest(".{keyboard.AREA}")' in keyboard._SCRIPT


@pytest.mark.parametrize("name", [keyboard.DRAWN_ON, keyboard.DRAWS_OVER])
def test_the_style_sheet_knows_the_classes(name):
    assert re.search(rf"^\.{name} svg", keyboard._STYLE, flags=re.MULTILINE)
