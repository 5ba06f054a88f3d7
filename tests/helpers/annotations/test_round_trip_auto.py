"""An export of any valid data set in any format, read back by what it is told to be by sight.

It gives the same boxes, or is refused with the options that tell; never another box.
"""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from annotation_files import ANNOTATION_FILES
from builders import IMAGE_SIZES, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.annotations import registry
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import errors_among
from helpers.validation.validate import validate

WRITTEN = [name for name, chosen in registry.FORMATS.items() if chosen.write]
LABELS = ("cat", "red panda", "Bär", "0", "7", "a,b", "person", "a/b", "none")
BORDERS = st.sampled_from([0.0, 0.25, 0.5, 1.0])
SHARES = st.integers(0, 1000).map(lambda number: number / 1000)


def box(width, height):
    """Strategy of boxes inside an image: whole pixels, shares of it, and up to its border."""

    def corners(low, high, length, whole):
        ends = sorted((low * length, high * length))
        ends = [float(np.float32(round(end) if whole else end)) for end in ends]
        return ends if ends[0] < ends[1] else [0.0, float(length)]

    share, whole = BORDERS | SHARES, st.booleans()
    return st.builds(
        lambda x, y, other_x, other_y, is_whole: [
            value
            for pair in zip(
                corners(x, other_x, width, is_whole), corners(y, other_y, height, is_whole)
            )
            for value in pair
        ],
        *(share, share, share, share, whole),
    )


@st.composite
def data_sets(draw):
    """A strategy: valid records of some images, each with up to five boxes."""
    records = []
    for path in draw(st.lists(st.sampled_from(sorted(IMAGE_SIZES)), min_size=1, unique=True)):
        size = IMAGE_SIZES[path]
        rows = draw(st.lists(st.tuples(st.sampled_from(LABELS), box(*size)), max_size=5))
        records.append(ImageRecord(path, *size, LabeledBoxes.from_rows(rows)))
    return sorted(records, key=lambda record: record.path)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_exported_is_read_as_it_was_or_refused(name, sized_images):
    @settings(max_examples=40, deadline=None)
    @given(data_sets())
    def come_back(records):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / ANNOTATION_FILES.get(name, name)
            try:
                registry.FORMATS[name].write(records, place, sized_images)
                annotations = registry.read("auto", place, sized_images)
            except BadInput as refusal:
                assert str(refusal).endswith((".", ")"))
                return
        findings = validate(annotations, {}, min_boxes=0)
        if not errors_among(findings):
            expected = {record.path: rows_of(record) for record in records}
            assert {one.path: rows_of(one) for one in annotations.records} == expected

    come_back()
