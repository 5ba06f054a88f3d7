"""The bar of the annotator: every button has a tooltip, and a click calls without arguments."""

import ipywidgets
import pytest

from helpers.ui.annotator_bar import AnnotatorBar, button, on_click


def test_numbers_end_at_the_last_image():
    bar = AnnotatorBar(3)
    bar.number.value = 9
    assert (bar.number.value, bar.number.min) == (3, 1)


def test_every_button_says_what_it_does():
    buttons = [
        child
        for child in AnnotatorBar(3).children
        if isinstance(child, (ipywidgets.Button, ipywidgets.ToggleButton))
    ]
    assert len(buttons) > 4 and all(one.tooltip and one.icon for one in buttons)


@pytest.mark.parametrize("description, width", [("", "40px"), ("first", "auto")])
def test_a_button_is_as_wide_as_its_description(description, width):
    assert button("undo", "undo", description).layout.width == width


def test_a_click_calls_without_arguments():
    target, clicks = button("undo", "undo"), []
    on_click(target, lambda: clicks.append(1))
    target.click()
    assert clicks == [1]
