"""What is known about an image, and what is asked of a list of them."""

import pytest

from helpers.structures.boxes import FLAGS
from helpers.structures.dataset import ImageRecord, box_count, class_counts, class_names


@pytest.mark.parametrize(
    "size, expected",
    [
        pytest.param((0, 30), "a.jpg: .*0x30", id="width 0"),
        pytest.param((40, -1), "a.jpg: .*40x-1", id="negative height"),
    ],
)
def test_what_does_not_fit_together_is_refused(record, size, expected):
    with pytest.raises(ValueError, match=expected):
        record("a.jpg", ("cat", 1, 2, 3, 4), size=size)


def test_an_image_may_show_nothing():
    empty = ImageRecord("a.jpg", 4, 3)
    assert (len(empty.objects), dict(empty.extra)) == (0, {})
    assert [len(empty.objects.flags(name)) for name in FLAGS] == [0] * len(FLAGS)


@pytest.mark.parametrize(
    "rows, counts",
    [
        pytest.param([], {}, id="no images"),
        pytest.param([[]], {}, id="no objects"),
        pytest.param([["b"], ["a", "b"], []], {"a": 1, "b": 2}, id="two classes"),
    ],
)
def test_counts_are_sorted_by_class(record, rows, counts):
    records = [
        record(f"{number}.jpg", *[(name, 1, 2, 3, 4) for name in names])
        for number, names in enumerate(rows)
    ]
    assert list(class_counts(records).items()) == list(counts.items())
    assert class_names(records) == list(counts)
    assert box_count(records) == sum(counts.values())
