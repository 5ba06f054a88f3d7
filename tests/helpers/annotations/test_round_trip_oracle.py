"""What is written here, other people's code reads as the same boxes."""

import numpy as np
import pytest
from annotation_files import ANNOTATION_FILES
from builders import record, rows_of

from helpers.annotations import registry

RECORDS = [
    record("a.jpg", ("cat", 1, 2, 20.5, 25), ("Bär", 0, 0, 40, 30)),
    record("sub/b.jpg", ("cat", 3.25, 4, 17, 29.5)),
]


@pytest.mark.parametrize(
    "name, reader",
    [
        ("coco", "globox coco"),
        ("labelme", "supervision labelme"),
        ("cvat", "globox cvat"),
        ("cvat", "datumaro cvat"),
        ("label-studio", "dagshub label_studio"),
        ("createml", "supervision createml"),
        ("vott", "datumaro vott_json"),
    ],
)
def test_other_code_reads_the_same_boxes(name, reader, annotation_oracle, images, tmp_path):
    place = tmp_path / ANNOTATION_FILES.get(name, name)
    registry.FORMATS[name].write(RECORDS, place, images)
    theirs = annotation_oracle(reader, place, images)
    expected = {stem(one.path): rows_of(one) for one in RECORDS}
    assert {stem(path): labels(rows) for path, rows in theirs.items()} == {
        path: labels(rows) for path, rows in expected.items()
    }
    for path, rows in theirs.items():
        np.testing.assert_allclose(corners(rows), corners(expected[stem(path)]), atol=1e-3)


def stem(path):
    """The name of an image without folders and suffix: some readers give no more."""
    return path.split("/")[-1].rsplit(".", 1)[0]


def labels(rows):
    return [row[0] for row in rows]


def corners(rows):
    return np.array([row[1:] for row in rows], float)
