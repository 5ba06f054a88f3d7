"""What is known about an image, and what is asked of a list of them."""

import pytest

from helpers.structures.boxes import FLAGS
from helpers.structures.dataset import ImageRecord, box_count, class_counts, class_names


@pytest.mark.parametrize(
    "values, message",
    [
        ({"size": (0, 30)}, "a.jpg: expected a size above 0, got 0x30"),
        ({"size": (40, -1)}, "a.jpg: expected a size above 0, got 40x-1"),
    ],
)
def test_what_does_not_fit_together_is_refused(record, values, message):
    with pytest.raises(ValueError, match=message):
        record("a.jpg", ("cat", 1, 2, 3, 4), **values)


def test_an_image_may_show_nothing():
    empty = ImageRecord("a.jpg", 4, 3)
    assert (len(empty.objects), dict(empty.extra)) == (0, {})
    assert [len(empty.objects.flags(name)) for name in FLAGS] == [0, 0, 0]


@pytest.mark.parametrize(
    "rows, counts", [([], {}), ([[]], {}), ([["b"], ["a", "b"], []], {"a": 1, "b": 2})]
)
def test_counts_are_sorted_by_class(record, rows, counts):
    records = [
        record(f"{number}.jpg", *[(name, 1, 2, 3, 4) for name in names])
        for number, names in enumerate(rows)
    ]
    assert list(class_counts(records).items()) == list(counts.items())
    assert class_names(records) == list(counts)
    assert box_count(records) == sum(counts.values())
