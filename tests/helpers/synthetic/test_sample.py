"""The built-in sample: repeatable, tightly boxed, varied, and written so that it reads back."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from helpers.annotations import voc
from helpers.annotations.image_index import ImageIndex
from helpers.structures.dataset import class_counts, class_names
from helpers.structures.errors import BadInput
from helpers.synthetic import sample

SEED, COUNT, FEW = 3, 30, 6


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder with the first images of the sample, and their records."""
    folder = tmp_path_factory.mktemp("sample")
    return folder, sample.write(folder, COUNT, SEED)


@pytest.fixture(scope="module")
def scenes():
    """The scenes behind the first images, with each object's mask."""
    return [sample._scene(np.random.RandomState([SEED, index]), index) for index in range(COUNT)]


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*/*"))}


def plain(record):
    return (
        record.path,
        record.width,
        record.height,
        record.objects.boxes.tolist(),
        record.objects.labels,
        record.objects.flags("truncated").tolist(),
        record.objects.flags("difficult").tolist(),
    )


@pytest.mark.parametrize(
    "index, seed, same", [(4, SEED, True), (4, SEED + 1, False), (5, SEED, False)]
)
def test_render_is_a_function_of_number_and_seed(index, seed, same):
    image, record = sample.render(4, SEED)
    again, record_again = sample.render(index, seed)
    assert (image.tobytes() == again.tobytes()) is same
    assert (plain(record) == plain(record_again)) is same


def test_any_prefix_is_the_same_and_writing_twice_changes_nothing(written, tmp_path):
    steps = []
    records = sample.write(tmp_path, FEW, SEED, lambda done, total: steps.append((done, total)))
    first = contents(tmp_path)
    sample.write(tmp_path, FEW, SEED)
    assert contents(tmp_path) == first
    assert len(first) == 2 * FEW
    images = {path.name: path.read_bytes() for path in (tmp_path / "img").iterdir()}
    assert images == {name: (written[0] / "img" / name).read_bytes() for name in images}
    assert [plain(record) for record in records] == [plain(r) for r in written[1][:FEW]]
    assert steps == [(done, FEW) for done in range(1, FEW + 1)]


def test_annotations_read_back_as_the_records(written):
    folder, records = written
    found = voc.read(folder / "annotations", folder / "img")
    assert found.findings == []
    assert [plain(record) for record in found.records] == [plain(record) for record in records]
    assert ImageIndex(folder / "img").paths == [f"sample-{n:04d}.jpg" for n in range(1, COUNT + 1)]


def test_boxes_are_the_masks_own_by_pillow(written, scenes):
    for scene, record in zip(scenes, written[1]):
        by_pillow = [Image.fromarray(one.mask.astype(np.uint8)).getbbox() for one in scene.placed]
        # LabelImg's smallest corner is 1.
        wanted = [
            [max(1, left), max(1, top), right, bottom] for left, top, right, bottom in by_pillow
        ]
        assert record.objects.boxes.tolist() == wanted
        assert record.objects.labels == tuple(one.label for one in scene.placed)


def test_masks_require_all_of_the_objects_and_nothing_else(scenes, monkeypatch):
    """Against the same scene without objects: only shadows, which keep the hue, lie outside."""
    monkeypatch.setattr(sample, "BARE_EVERY", 1)
    for index, scene in enumerate(scenes[:12]):
        bare = sample._scene(np.random.RandomState([SEED, index]), index).canvas
        kept = scene.canvas / np.maximum(bare, 1e-3)
        drawn = (np.ptp(kept, axis=2) > 0.01) | (kept.max(axis=2) > 1.01)
        inside = np.zeros(drawn.shape, bool)
        for one in scene.placed:
            inside |= one.mask
            assert drawn[one.mask].mean() > 0.98
        near = sum(np.roll(inside, (y, x), (0, 1)) for y in (-2, 0, 2) for x in (-2, 0, 2)) > 0
        assert drawn[~near].mean() < 1e-4


def test_the_lower_object_stays_visible(scenes):
    overlaps = 0
    for scene in scenes:
        masks = [one.mask for one in scene.placed]
        for level, mask in enumerate(masks):
            above = (
                np.any(masks[level + 1 :], axis=0) if masks[level + 1 :] else np.zeros_like(mask)
            )
            hidden = mask & above
            overlaps += bool(hidden.any())
            assert hidden.sum() <= 0.4 * mask.sum()
    assert overlaps >= 3


def test_the_first_images_are_varied(written):
    records = written[1]
    assert class_names(records) == sorted(sample.CLASSES)
    assert min(class_counts(records).values()) >= 8
    counts = [len(record.objects) for record in records]
    assert {0, 1, 2, 3, 4} == set(counts) and counts.count(0) <= COUNT // 5
    assert len({(record.width, record.height) for record in records}) == len(sample.SIZES)
    shares = [
        max(x_max - x_min, y_max - y_min) / min(record.width, record.height)
        for record in records
        for x_min, y_min, x_max, y_max in record.objects.boxes
    ]
    assert 0.1 < min(shares) < 0.25 and 0.4 < max(shares) < 0.65


def test_boxes_lie_inside_and_border_ones_are_truncated(written):
    flags = set()
    for record in written[1]:
        for box, truncated in zip(record.objects.boxes, record.objects.truncated.tolist()):
            x_min, y_min, x_max, y_max = box
            assert 1 <= x_min < x_max <= record.width and 1 <= y_min < y_max <= record.height
            touches = x_min <= 1 or y_min <= 1 or x_max == record.width or y_max == record.height
            assert truncated is bool(touches)
            flags.add(truncated)
    assert flags == {False, True}


@pytest.mark.parametrize(
    "count, seed, other, named",
    [
        (0, 0, None, "count 0"),
        (1, -1, None, "seed -1"),
        (1, 2**32, None, "seed 4294967296"),
        (1, 0, "img/sample-0002.jpg", "img"),
        (1, 0, "img/sample-0001.png", "sample-0001.png"),
        (1, 0, "annotations/sample-0002.xml", "annotations"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is(tmp_path, count, seed, other, named):
    if other:
        (tmp_path / other).parent.mkdir()
        (tmp_path / other).write_bytes(b"")
    with pytest.raises(BadInput, match=named):
        sample.write(tmp_path, count, seed)
    left = [path for path in tmp_path.glob("*/*")]
    assert left == ([tmp_path / other] if other else [])


def test_a_file_where_the_folder_should_be_is_bad_input(tmp_path):
    (tmp_path / "out").write_text("not a folder")
    with pytest.raises(BadInput, match="out"):
        sample.write(tmp_path / "out", 1)
