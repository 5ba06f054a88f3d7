"""Tables and text files of other programs: other people's code reads the same boxes as ours."""

import numpy as np
import pytest
from annotation_files import OPEN_IMAGES_NAMES
from builders import record, rows_of

from helpers.annotations.formats import kitti, open_images

IMAGES, LABELS = ("a.jpg", "sub/b.jpg"), ("Car", "/m/01yrx", "Red panda")
BOXES = [
    (round(x, 6), round(y, 6), round(x + width, 6), round(y + height, 6))
    for x, y, width, height in np.random.RandomState(1).uniform(0.01, 0.49, (20, 4)).tolist()
]


def same(theirs, records, name=lambda path: path):
    """Whether boxes and classes are those of the records."""
    assert set(theirs) == {name(one.path) for one in records}
    for one in records:
        rows = theirs[name(one.path)]
        assert [row[0] for row in rows] == list(one.objects.labels)
        np.testing.assert_allclose([row[1:] for row in rows], one.objects.boxes, atol=1e-4)
    return True


def test_open_images_is_read_as_globox_does(annotation_oracle, images, tmp_path):
    rows = [
        f"{image},xclick,{label},1,{x_min},{x_max},{y_min},{y_max},0,0,0,0,0\n"
        for number, (x_min, y_min, x_max, y_max) in enumerate(BOXES)
        for image, label in [
            (("a.jpg", "sub/b.jpg")[number % 2], ("Car", "/m/01yrx")[number % 3 > 0])
        ]
    ]
    path = tmp_path / "boxes.csv"
    path.write_text(OPEN_IMAGES_NAMES + "".join(rows))
    theirs = annotation_oracle("globox open_images", path, images)
    ours = open_images.read(path, images).records
    assert sum(map(len, theirs.values())) == len(BOXES) and same(theirs, ours)


@pytest.mark.parametrize("flagged", [False, True], ids=["plain", "flags"])
def test_what_is_written_as_kitti_datumaro_reads(annotation_oracle, images, tmp_path, flagged):
    flags = {"truncated": [True, False], "occluded": [False, True]} if flagged else {}
    records = [
        record("a.jpg", ("cat", 1, 2, 20.5, 25), ("Bär", 0, 0, 40, 30), **flags),
        record("sub/b.jpg", ("cat", 3.25, 4, 17, 29.12)),
    ]
    kitti.write(records, tmp_path / "kitti" / "label_2", images)
    theirs = annotation_oracle("datumaro kitti_detection", tmp_path / "kitti", images)
    assert same(theirs, records, lambda path: path.rpartition(".")[0])
    again = kitti.read(tmp_path / "kitti", images).records
    assert [rows_of(one) for one in again] == [rows_of(one) for one in records]
