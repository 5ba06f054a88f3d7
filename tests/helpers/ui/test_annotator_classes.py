"""The classes that the annotator offers, and which of them is chosen."""

import pytest

from helpers.ui import annotator as annotating


def test_classes_keep_their_order_and_those_of_the_xml_are_added(annotate):
    annotator = annotate(
        {"a": [("cow", 1, 1, 50, 50), ("cat", 1, 1, 50, 50), (" ", 1, 1, 9, 9)], "b": [], "c": []},
        classes=("dog", "cat"),
    )
    assert annotator.canvas.classes == ["dog", "cat", "cow"]


def test_a_typed_class_is_chosen_even_though_the_widget_takes_the_first(annotate):
    annotator = annotate()
    annotator.canvas.label = "dog"
    annotator.class_input.value = " cow "
    assert annotator.canvas.classes == ["cat", "dog", "cow"]
    annotator.canvas.label = "cat"  # what the widget's script does when classes change
    assert annotator.canvas.label == "cow"
    annotator.canvas.label = "dog"  # what the person does afterwards
    assert annotator.canvas.label == "dog"
    annotator.class_input.value = "cat"
    assert (annotator.canvas.classes, annotator.canvas.label) == (["cat", "dog", "cow"], "cat")


def test_without_a_class_nothing_can_be_drawn(annotate):
    annotator = annotate(classes=())
    assert annotator.canvas.view_only and "class" in annotator.bar.status.value
    annotator.class_input.value = "cat"
    assert not annotator.canvas.view_only and "class" not in annotator.bar.status.value


@pytest.mark.parametrize(
    "offered, expected",
    [("", ["cow", "dog"]), ("dog, cat,", ["dog", "cat", "cow"]), (" , ", ["cow", "dog"])],
    ids=["none", "own-first", "blanks"],
)
def test_the_classes_of_all_xml_are_offered(annotate, folder, offered, expected):
    annotate({"b": [("dog", 1, 1, 50, 50), (" cow ", 1, 1, 50, 50), ("", 1, 1, 50, 50)]})
    started = annotating.annotate(folder / "img", folder / "xml", offered, folder / "cache")
    assert (started.path, started.canvas.classes) == ("a.jpg", expected)
