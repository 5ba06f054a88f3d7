"""What records hold, and a look at the first of them."""

import pytest

from helpers.steps.inspect_tfrecords import first_images, inspect_tfrecords, show_images
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import tfrecord

CAT = LabelMap.of(["cat"])


@pytest.fixture()
def record_path(many, tmp_path):
    images, records = many
    tfrecord.write(records, CAT, images, tmp_path / "eval.record")
    return tmp_path / "eval.record"


def test_good_records_have_counts_and_no_problem(record_path):
    inspected = inspect_tfrecords([record_path, record_path], CAT)
    assert [row["images"] for row in inspected.rows()] == [10]
    assert inspected.problems == [] and inspected.as_dict()["problems"] == []
    assert "eval.record" in inspected.as_text()


def test_records_of_another_label_map_are_problems(record_path):
    inspected = inspect_tfrecords([record_path], LabelMap.of(["dog"]))
    assert len(inspected.problems) == 10 and "cat" in inspected.problems_as_text()


@pytest.mark.parametrize("count, expected", [(0, 0), (3, 3), (99, 10)])
def test_the_first_images(record_path, count, expected):
    images = first_images(record_path, CAT, count)
    assert len(images) == expected
    for image in images:
        assert (image.objects.boxes[:, 2] <= image.width).all()
        assert image.objects.boxes.max() > 1  # absolute pixels


def test_the_images_are_drawn(record_path):
    figure = show_images(first_images(record_path, CAT, 2), CAT)
    assert len([axes for axes in figure.axes if axes.images]) == 2


def test_no_records_are_refused(tmp_path):
    with pytest.raises(BadInput, match="none.record"):
        inspect_tfrecords([tmp_path / "none.record"])
    with pytest.raises(BadInput, match="none.record"):
        first_images(tmp_path / "none.record", CAT, 1)
