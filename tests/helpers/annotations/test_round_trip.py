"""Every format there and back, whatever the data set holds.

Examples are made by hypothesis. A format is only asked for what it can hold.
"""

import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from annotation_files import ANNOTATION_FILES
from builders import ANY_NAME, DECIMAL, IMAGE_SIZES, PLAIN_NAME, contents
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.annotations import registry
from helpers.structures.boxes import FLAGS, LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.findings import as_text

FORMATS = [name for name, chosen in registry.FORMATS.items() if chosen.write]
fast = settings(max_examples=30, deadline=None)


class Holds(NamedTuple):
    """What a format can hold: any class name, any float32, which flags, which boxes."""

    any_text: bool = True
    any_float: bool = True
    flags: tuple = ()
    ordered: bool = False  # corners that run backwards have no place in it
    inside: bool = False  # nor have those beyond the image
    one_word: bool = False


HOLDS = {
    "xml": Holds(False, False, ("truncated", "difficult", "occluded")),
    "csv": Holds(any_text=False, any_float=False),
    "coco": Holds(flags=FLAGS, ordered=True),
    "json": Holds(),
    "manifest": Holds(),
    "yolo": Holds(any_text=False, inside=True),
    "via-csv": Holds(),
    "automl": Holds(any_text=False, inside=True),
    "kitti": Holds(any_text=False, flags=("truncated", "occluded"), one_word=True),
    "labelme": Holds(flags=("truncated", "occluded"), ordered=True),
    "cvat": Holds(any_text=False, flags=("difficult", "occluded")),
    "dlib": Holds(any_text=False, flags=("difficult", "occluded")),
    "label-studio": Holds(),
    "createml": Holds(),
    "vott": Holds(),
    "via3": Holds(),
}


# A power of two needs more digits than a file of decimals has for a float32.
BINARY = st.integers(-(2**22), 2**22).map(lambda number: number / 1024)


def corners(coordinate, ordered):
    """Strategy of boxes; where ``ordered``, none runs backwards."""
    box = st.lists(coordinate, min_size=4, max_size=4)
    by_axis = box.map(lambda xyxy: np.sort(np.reshape(xyxy, (2, 2)), axis=0).ravel().tolist())
    return by_axis if ordered else box


def boxed(values, path, holds):
    """A box of these values; inside the image where the format can hold no other."""
    if not holds.inside:
        return values
    width, height = IMAGE_SIZES[path]
    x_min, x_max = sorted(abs(value) % width for value in values[::2])
    y_min, y_max = sorted(abs(value) % height for value in values[1::2])
    return [x_min, y_min, x_max, y_max]


def records_of(holds):
    """Strategy of data sets that a format of these powers can hold."""
    one_word = PLAIN_NAME.filter(lambda name: name.split() == [name])
    rows = st.lists(
        st.tuples(
            one_word if holds.one_word else ANY_NAME if holds.any_text else PLAIN_NAME,
            corners(BINARY if holds.any_float else DECIMAL, holds.ordered),
            *[st.booleans()] * len(FLAGS),
        ),
        max_size=4,
    )

    def build(images):
        return [
            ImageRecord(
                path,
                *IMAGE_SIZES[path],
                LabeledBoxes.from_rows(
                    ((row[0], boxed(row[1], path, holds)) for row in images[path]),
                    **{
                        name: [row[2 + index] for row in images[path]]
                        for index, name in enumerate(holds.flags)
                    },
                ),
            )
            for path in sorted(images)
        ]

    return (
        st.dictionaries(st.sampled_from(sorted(IMAGE_SIZES)), rows, min_size=1)
        .map(build)
        .filter(means_what_it_says)
    )


def means_what_it_says(records):
    """Whether a reader of all the boxes takes none for crowds, which all are, or for relative."""
    objects = [record.objects for record in records if len(record.objects)]
    all_crowds = objects and all(boxes.flags("group_of").all() for boxes in objects)
    tiny = [boxes for boxes in objects if np.abs(boxes.boxes).max() <= 2]
    return not all_crowds and not tiny


def plain(records):
    """Records as plain values that compare."""
    return [
        (
            record.path,
            record.width,
            record.height,
            record.objects.labels,
            record.objects.boxes.tolist(),
            *(record.objects.flags(name).tolist() for name in FLAGS),
        )
        for record in records
    ]


def write_and_read(name, records, images):
    """The annotations that a format reads of records that it has written."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / ANNOTATION_FILES.get(name, name)
        registry.FORMATS[name].write(records, place, images)
        return registry.read(name, place, images)


@pytest.mark.parametrize("name", FORMATS)
def test_records_come_back_as_they_were(name, sized_images):
    @fast
    @given(records_of(HOLDS[name]))
    def come_back(records):
        before = plain(records)
        annotations = write_and_read(name, records, sized_images)
        assert plain(annotations.records) == before == plain(records)
        annotated = {record.path for record in records}
        assert all(
            finding.code == "image-without-annotation" and finding.path not in annotated
            for finding in annotations.findings
        )

    come_back()


@pytest.mark.parametrize("name", FORMATS)
def test_files_written_twice_are_the_same_bytes(name, sized_images):
    @fast
    @given(records_of(HOLDS[name]))
    def written_twice(records):
        with tempfile.TemporaryDirectory() as folder:
            written = []
            for turn in ("first", "second"):
                place = Path(folder, turn, ANNOTATION_FILES.get(name, name))
                registry.FORMATS[name].write(records, place, sized_images)
                records = registry.read(name, place, sized_images).records
                written.append(contents(place.parent))
            assert written[0] == written[1]

    written_twice()


@pytest.mark.filterwarnings("ignore::FutureWarning")  # lxml, of what that code does
@fast
@given(records_of(HOLDS["xml"]))
def test_the_object_detection_api_reads_the_same_xml(sized_images, records):
    pytest.importorskip("object_detection.utils.dataset_util")
    from lxml import etree
    from object_detection.utils.dataset_util import recursive_parse_xml_to_dict

    with tempfile.TemporaryDirectory() as folder:
        registry.FORMATS["xml"].write(records, Path(folder), sized_images)
        for record in records:
            xml = Path(folder, record.path).with_suffix(".xml").read_bytes()
            theirs = recursive_parse_xml_to_dict(etree.fromstring(xml))["annotation"]
            assert theirs["filename"] == Path(record.path).name
            assert [int(theirs["size"][name]) for name in ("width", "height")] == list(
                IMAGE_SIZES[record.path]
            )
            objects = theirs.get("object", [])
            assert [box["name"] for box in objects] == list(record.objects.labels)
            assert [
                [np.float32(box["bndbox"][name]) for name in ("xmin", "ymin", "xmax", "ymax")]
                for box in objects
            ] == record.objects.boxes.tolist()
            assert [box["truncated"] == "1" for box in objects] == record.objects.flags(
                "truncated"
            ).tolist()


@pytest.mark.parametrize("name", FORMATS)
def test_a_single_file_is_read_as_well_as_its_folder(name, single_image, tmp_path, record):
    place = tmp_path / "ann" / ANNOTATION_FILES.get(name, name)
    original = [record("a.jpg", ("cat", 1, 2, 20, 25))]
    registry.FORMATS[name].write(original, place, single_image)
    files = [place] if place.is_file() else sorted(place.glob("**/a.*"))
    for source in [*files, place.parent]:
        assert plain(registry.read(name, source, single_image).records) == plain(original)


@pytest.mark.parametrize("name", FORMATS)
def test_a_line_names_each_file_once(name, single_image, paint, tmp_path, record):
    paint(tmp_path / "other" / "b.jpg")
    place = tmp_path / "ann" / ANNOTATION_FILES.get(name, name)
    registry.FORMATS[name].write([record("a.jpg", ("cat", 1, 2, 20, 25))], place, single_image)
    findings = registry.read(name, place, tmp_path / "other").findings
    assert {one.code for one in findings} >= {"annotation-without-image"}
    for one in findings:
        assert as_text(one).count(one.path) == 1
