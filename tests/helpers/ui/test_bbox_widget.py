"""The drawing widget: our colours, no echo while a box is drawn, and the chosen class stays."""

import pytest

from helpers.ui import plots
from helpers.ui.bbox_widget import ClassInput, new_bbox_widget


@pytest.fixture
def canvas():
    """A widget with two classes, the first of which is chosen."""
    widget = new_bbox_widget()
    widget.classes = ["cat", "dog"]
    widget.label = "cat"
    return widget


def script_takes_the_first_class(canvas):
    """What the widget's script does whenever its classes change."""
    canvas.label = canvas.classes[0]


def test_colours_are_those_of_the_plots():
    assert new_bbox_widget().colors == list(plots.PALETTE)


@pytest.mark.parametrize("name", ["bboxes", "label", "selected_index"])
def test_what_changes_while_drawing_is_not_echoed(canvas, name):
    assert canvas.traits()[name].metadata["echo_update"] is False


@pytest.mark.parametrize(
    "names, classes",
    [
        pytest.param([], ["cat", "dog"], id="none"),
        pytest.param(["dog", "cat"], ["cat", "dog"], id="known"),
        pytest.param(["cow", "dog", "cow"], ["cat", "dog", "cow"], id="new-and-repeated"),
    ],
)
def test_added_classes_come_last_and_once(canvas, names, classes):
    ClassInput(canvas).add(names)
    assert canvas.classes == classes
    assert canvas.label == "cat"


@pytest.mark.parametrize("chosen", ["cat", "dog"])
def test_adding_classes_keeps_the_chosen_one(canvas, chosen):
    class_input = ClassInput(canvas)
    canvas.label = chosen
    class_input.add(["cow"])
    script_takes_the_first_class(canvas)
    assert canvas.label == chosen


def test_a_typed_class_is_chosen_and_the_field_emptied(canvas):
    class_input = ClassInput(canvas)
    class_input.value = " cow "
    script_takes_the_first_class(canvas)
    assert (canvas.classes, canvas.label, class_input.value) == (["cat", "dog", "cow"], "cow", "")


def test_a_typed_class_that_exists_is_chosen(canvas):
    ClassInput(canvas).value = "dog"
    assert (canvas.classes, canvas.label) == (["cat", "dog"], "dog")


def test_blanks_are_no_class(canvas):
    ClassInput(canvas).value = "   "
    assert (canvas.classes, canvas.label) == (["cat", "dog"], "cat")


def test_only_the_first_choice_after_a_change_is_corrected(canvas):
    ClassInput(canvas).value = "cow"
    script_takes_the_first_class(canvas)
    canvas.label = "dog"  # a person's choice
    assert canvas.label == "dog"
