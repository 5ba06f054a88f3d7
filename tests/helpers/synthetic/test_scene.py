"""Scenes of the built-in sample: repeatable, tightly boxed and varied."""

import numpy as np
import pytest
from builders import plain
from PIL import Image

from helpers.structures.dataset import class_counts, class_names
from helpers.synthetic import scene

SEED, COUNT = 3, 30


@pytest.fixture(scope="module")
def rendered():
    """The records of the first images of the sample."""
    return [scene.render(index, SEED)[1] for index in range(COUNT)]


@pytest.fixture(scope="module")
def scenes():
    """The scenes behind the first images, with each object's mask."""
    return [scene._scene(np.random.RandomState([SEED, index]), index) for index in range(COUNT)]


@pytest.mark.parametrize(
    "index, seed, same",
    [(4, SEED, True), (4, SEED + 1, False), (5, SEED, False)],
    ids=["same", "seed", "number"],
)
def test_render_is_a_function_of_number_and_seed(index, seed, same):
    image, record = scene.render(4, SEED)
    again, record_again = scene.render(index, seed)
    assert (image.tobytes() == again.tobytes()) is same
    assert (plain(record) == plain(record_again)) is same


def test_boxes_are_the_masks_own_by_pillow(rendered, scenes):
    for drawn, record in zip(scenes, rendered):
        by_pillow = [Image.fromarray(item.mask.astype(np.uint8)).getbbox() for item in drawn.placed]
        # LabelImg's smallest corner is 1.
        expected = [
            [max(1, left), max(1, top), right, bottom] for left, top, right, bottom in by_pillow
        ]
        assert record.objects.boxes.tolist() == expected
        assert record.objects.labels == tuple(item.label for item in drawn.placed)


def test_masks_hold_all_of_the_objects_and_nothing_else(scenes, monkeypatch):
    """Against the same scene without objects: only shadows, which keep the hue, lie outside."""
    monkeypatch.setattr(scene, "BARE_EVERY", 1)
    for index, full in enumerate(scenes[:12]):
        bare = scene._scene(np.random.RandomState([SEED, index]), index).canvas
        kept = full.canvas / np.maximum(bare, 1e-3)
        drawn = (np.ptp(kept, axis=2) > 0.01) | (kept.max(axis=2) > 1.01)
        inside = np.zeros(drawn.shape, bool)
        for item in full.placed:
            inside |= item.mask
            assert drawn[item.mask].mean() > 0.98
        near = sum(np.roll(inside, (y, x), (0, 1)) for y in (-2, 0, 2) for x in (-2, 0, 2)) > 0
        assert drawn[~near].mean() < 1e-4


def test_the_lower_object_stays_visible(scenes):
    overlaps = 0
    for drawn in scenes:
        masks = [item.mask for item in drawn.placed]
        for level, mask in enumerate(masks):
            above = (
                np.any(masks[level + 1 :], axis=0) if masks[level + 1 :] else np.zeros_like(mask)
            )
            hidden = mask & above
            overlaps += bool(hidden.any())
            assert hidden.sum() <= 0.4 * mask.sum()
    assert overlaps >= 3


def test_the_first_images_are_varied(rendered):
    records = rendered
    assert class_names(records) == sorted(scene.CLASSES)
    assert min(class_counts(records).values()) >= 8
    counts = [len(record.objects) for record in records]
    assert {0, 1, 2, 3, 4} == set(counts) and counts.count(0) <= COUNT // 5
    assert len({(record.width, record.height) for record in records}) == len(scene.SIZES)
    shares = [
        max(x_max - x_min, y_max - y_min) / min(record.width, record.height)
        for record in records
        for x_min, y_min, x_max, y_max in record.objects.boxes
    ]
    assert 0.1 < min(shares) < 0.25 and 0.4 < max(shares) < 0.65


def test_boxes_lie_inside_and_border_ones_are_truncated(rendered):
    flags = set()
    for record in rendered:
        for box, truncated in zip(record.objects.boxes, record.objects.truncated.tolist()):
            x_min, y_min, x_max, y_max = box
            assert 1 <= x_min < x_max <= record.width and 1 <= y_min < y_max <= record.height
            touches = x_min <= 1 or y_min <= 1 or x_max == record.width or y_max == record.height
            assert truncated is bool(touches)
            flags.add(truncated)
    assert flags == {False, True}
