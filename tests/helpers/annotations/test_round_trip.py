"""Every format there and back, whatever the data set holds; and no file, however broken, raises.

Examples are made by hypothesis. A format is only asked for what it can hold.
"""

import copy
import json
import string
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.annotations import registry, round_trip
from helpers.structures.boxes import FLAGS, LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import KINDS, as_text

SIZES = {"a.jpg": (40, 30), "b b.png": (33, 7), "sub/a.jpg": (5, 50), "sub/ä.d.jpeg": (640, 480)}
FILES = {"json": "via.json", "coco": "coco.json", "manifest": "output.manifest", "csv": "data.csv"}
FORMATS = list(registry.FORMATS)
fast = settings(max_examples=30, deadline=None)
fuzzy = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def images(tmp_path_factory, paint):
    """An image folder with these images."""
    folder = tmp_path_factory.mktemp("images")
    for name, size in SIZES.items():
        paint(folder / name, size)
    return folder


class Holds(NamedTuple):
    """What a format can hold: any class name, any float32, which flags."""

    any_text: bool = True
    any_float: bool = True
    flags: tuple = ()


HOLDS = {
    "xml": Holds(False, False, ("truncated", "difficult")),
    "csv": Holds(any_text=False, any_float=False),
    "coco": Holds(flags=("group_of",)),
    "json": Holds(),
    "manifest": Holds(),
    "yolo": Holds(any_text=False),
}
ANY_NAME = st.text(st.characters(blacklist_categories=["Cs"]), max_size=8)
PLAIN_NAME = (
    st.text(
        st.characters(
            blacklist_categories=["Cs", "Cc", "Cn", "Zl", "Zp"], blacklist_characters="\ufffe\uffff"
        ),
        min_size=1,
        max_size=8,
    )
    .map(str.strip)
    .filter(bool)
)
# Seven digits are all that a file of decimals has for a float32, a power of two needs more.
DECIMAL = st.integers(-99_999, 999_999).map(lambda number: number / 100)
BINARY = st.integers(-(2**22), 2**22).map(lambda number: number / 1024)


def records_of(holds):
    """Strategy of data sets that a format of these powers can hold."""
    rows = st.lists(
        st.tuples(
            ANY_NAME if holds.any_text else PLAIN_NAME,
            st.lists(BINARY if holds.any_float else DECIMAL, min_size=4, max_size=4),
            st.booleans(),
            st.booleans(),
        ),
        max_size=4,
    )

    def build(images):
        return [
            ImageRecord(
                path,
                *SIZES[path],
                LabeledBoxes.from_rows(
                    (row[:2] for row in images[path]),
                    **{
                        name: [row[2 + index] for row in images[path]]
                        for index, name in enumerate(holds.flags)
                    },
                ),
            )
            for path in sorted(images)
        ]

    return st.dictionaries(st.sampled_from(sorted(SIZES)), rows, min_size=1).map(build)


def plain(records):
    """Records as plain values that compare."""
    return [
        (
            one.path,
            one.width,
            one.height,
            one.objects.labels,
            one.objects.boxes.tolist(),
            *(one.objects.flags(name).tolist() for name in FLAGS),
        )
        for one in records
    ]


def again(name, records, images):
    """What a format gives back of records, after it has written them."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / FILES.get(name, name)
        registry.FORMATS[name].write(records, place, images)
        return registry.read(name, place, images)


@pytest.mark.parametrize("name", FORMATS)
def test_records_come_back_as_they_were(name, images):
    @fast
    @given(records_of(HOLDS[name]))
    def come_back(records):
        before = plain(records)
        found = again(name, records, images)
        assert plain(found.records) == before == plain(records)
        spoken_of = {one.path for one in records}
        assert all(
            one.code == "image-without-annotation" and one.path not in spoken_of
            for one in found.findings
        )

    come_back()


@pytest.mark.parametrize("name", FORMATS)
def test_the_second_time_nothing_changes_any_more(name, images):
    @fast
    @given(records_of(HOLDS[name]))
    def written_twice(records):
        with tempfile.TemporaryDirectory() as folder:
            written = []
            for turn in ("first", "second"):
                place = Path(folder, turn, FILES.get(name, name))
                registry.FORMATS[name].write(records, place, images)
                records = registry.read(name, place, images).records
                written.append(content(place.parent))
            assert written[0] == written[1]

    written_twice()


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.glob("**/*"))
        if path.is_file()
    }


# What stands in others' files, with whatever else they may have written there.

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | DECIMAL | ANY_NAME,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_NAME, inner, max_size=3),
    max_leaves=6,
)
OTHERS = st.dictionaries(st.sampled_from(["note", "tags", "attributes", "x-y"]), ANYTHING)
XYWH = st.lists(DECIMAL, min_size=4, max_size=4)


@st.composite
def coco_files(draw):
    """COCO as others write it: ids in any order, further entries."""
    examples = draw(st.lists(st.sampled_from(sorted(SIZES)), unique=True, min_size=1))
    ids = st.integers(0, 10**9)
    image_ids = draw(st.lists(ids, unique=True, min_size=len(examples), max_size=len(examples)))
    category_ids = draw(st.lists(ids, unique=True, min_size=1, max_size=4))
    own_ids = draw(st.lists(ids, unique=True, max_size=6))
    names = draw(st.lists(ANY_NAME, min_size=len(category_ids), max_size=len(category_ids)))
    return dict(
        draw(OTHERS),
        info=draw(ANYTHING),
        licenses=draw(ANYTHING),
        images=[
            dict(draw(OTHERS), id=own, file_name=path, width=SIZES[path][0], height=SIZES[path][1])
            for own, path in zip(image_ids, examples)
        ],
        categories=[
            dict(draw(OTHERS), id=own, name=name, supercategory="")
            for own, name in zip(category_ids, names)
        ],
        annotations=[
            dict(
                draw(OTHERS),
                id=own,
                image_id=draw(st.sampled_from(image_ids)),
                category_id=draw(st.sampled_from(category_ids)),
                bbox=draw(XYWH),
                area=draw(DECIMAL),
                iscrowd=draw(st.integers(0, 1)),
                segmentation=draw(ANYTHING),
            )
            for own in own_ids
        ],
    )


@st.composite
def via_files(draw):
    """VIA's, of either version, exported or as a project."""
    shapes = st.one_of(
        XYWH.map(lambda xywh: dict(zip(("x", "y", "width", "height"), xywh), name="rect")),
        XYWH.map(lambda radii: dict(zip(("cx", "cy", "rx", "ry"), radii), name="ellipse")),
        st.lists(DECIMAL, min_size=1).map(
            lambda xs: {"name": "polygon", "all_points_x": xs, "all_points_y": xs[::-1]}
        ),
    )
    labels = ANY_NAME | ANY_NAME.map(lambda name: {name: True})
    regions = st.lists(st.tuples(shapes, labels, OTHERS), max_size=4).map(
        lambda rows: [
            dict(rest, shape_attributes=shape, region_attributes={"class": label})
            for shape, label, rest in rows
        ]
    )
    keyed = draw(st.booleans())
    images = {}
    for path in draw(st.lists(st.sampled_from(sorted(SIZES)), unique=True, min_size=1)):
        listed = draw(regions)
        images[draw(ANY_NAME) + path] = dict(
            draw(OTHERS),
            filename=path,
            size=draw(st.integers(-1, 999)),
            file_attributes={},
            regions={str(number): one for number, one in enumerate(listed)} if keyed else listed,
        )
    project = {
        "_via_settings": draw(ANYTHING),
        "_via_img_metadata": images,
        "_via_image_id_list": list(images),
    }
    return draw(st.sampled_from([images, project]))


@st.composite
def manifest_lines(draw):
    """Ground Truth's, one line an image, with the labels of other jobs."""
    lines = []
    names = {
        str(number): name
        for number, name in enumerate(draw(st.lists(ANY_NAME, min_size=1, max_size=3)))
    }
    for path in draw(st.lists(st.sampled_from(sorted(SIZES)), unique=True, min_size=1)):
        boxes = draw(st.lists(st.tuples(st.sampled_from(sorted(names)), XYWH, OTHERS), max_size=3))
        size = {"width": SIZES[path][0], "height": SIZES[path][1], "depth": draw(ANYTHING)}
        lines.append(
            dict(
                draw(OTHERS),
                **{
                    "source-ref": f"s3://bucket/{path}",
                    "job": {
                        "image_size": [size],
                        "annotations": [
                            dict(
                                rest,
                                class_id=int(own),
                                **dict(zip(("left", "top", "width", "height"), box)),
                            )
                            for own, box, rest in boxes
                        ],
                    },
                    "job-metadata": {
                        "class-map": names,
                        "objects": [{"confidence": 0.5}] * len(boxes),
                        "type": "groundtruth/object-detection",
                        "human-annotated": "no",
                    },
                },
            )
        )
    return lines


def by_id(document):
    return dict(
        document,
        **{
            name: sorted(document[name], key=lambda one: one["id"])
            for name in ("images", "annotations")
        },
    )


@fast
@given(coco_files())
def test_all_that_coco_holds_is_written_again(images, document):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "coco.json")
        path.write_text(json.dumps(document))
        found = registry.read("coco", path, images)
        registry.FORMATS["coco"].write(found.records, path, images)
        assert by_id(json.loads(path.read_text("utf-8"))) == by_id(document)


@fast
@given(via_files())
def test_all_that_via_holds_is_written_again(images, document):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "via.json")
        path.write_text(json.dumps(document))
        found = registry.read("json", path, images)
        registry.FORMATS["json"].write(found.records, path, images)
        assert json.loads(path.read_text("utf-8")) == document


@fast
@given(manifest_lines())
def test_all_that_a_manifest_holds_is_written_again(images, lines):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "output.manifest")
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        found = registry.read("manifest", path, images)
        registry.FORMATS["manifest"].write(found.records, path, images)
        again = map(json.loads, path.read_text("utf-8").split("\n")[:-1])
        assert list(again) == sorted(lines, key=lambda line: line["source-ref"])


FRACTION = st.integers(-(10**6), 2 * 10**6).map(lambda number: f"{number / 10**6:.6f}")


@fast
@given(
    st.lists(PLAIN_NAME, min_size=3, max_size=3),
    st.dictionaries(
        st.sampled_from(sorted(SIZES)),
        st.lists(
            st.tuples(
                st.integers(0, 2),
                st.sampled_from([4, 5, 6, 8]).flatmap(
                    lambda count: st.lists(FRACTION, min_size=count, max_size=count)
                ),
            )
        ),
        min_size=1,
    ),
)
def test_all_that_yolo_holds_is_written_again(images, names, examples):
    with tempfile.TemporaryDirectory() as folder:
        texts = {"classes.txt": "".join(f"{name}\n" for name in names)}
        texts.update(
            {
                Path(path).with_suffix(".txt").as_posix(): "".join(
                    f"{own} {' '.join(values)}\n" for own, values in lines
                )
                for path, lines in examples.items()
            }
        )
        for path, text in texts.items():
            Path(folder, "in", path).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, "in", path).write_bytes(text.encode())
        found = registry.read("yolo", Path(folder, "in"), images)
        registry.FORMATS["yolo"].write(found.records, Path(folder, "out"), images)
        assert content(Path(folder, "out")) == content(Path(folder, "in"))


# Broken files

GOOD = [
    ImageRecord(
        "a.jpg",
        40,
        30,
        LabeledBoxes.from_rows([("cat", [1, 2, 20.5, 25]), ("Bär", [0, 0, 40, 30])]),
    ),
    ImageRecord("sub/ä.d.jpeg", 640, 480),
]
JUNK = st.one_of(
    ANYTHING,
    st.sampled_from(
        [
            float("nan"),
            float("inf"),
            10**400,
            -1,
            1e300,
            "NaN",
            "1e999",
            "",
            "\x00",
            "../" * 9,
            "/etc/passwd",
            "\ud800",
            [[[[[]]]]],
            {"": {}},
            True,
            "a.jpg",
            "sub",
            ".",
            "x" * 5000,
            "https://a.jpg/",
            "s3://",
            "C:\\",
            "\\\\host\\a.jpg",
        ]
    ),
)


@pytest.fixture(scope="module")
def good_files(images, tmp_path_factory):
    """A small good data set in each format, as bytes by path."""
    found = {}
    for name in FORMATS:
        folder = tmp_path_factory.mktemp("good")
        registry.FORMATS[name].write(GOOD, folder / FILES.get(name, name), images)
        found[name] = content(folder)
    return found


def read_whatever(name, texts, images):
    """Reads and writes; anything but ``Annotations`` or ``BadInput`` is a failure."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in texts.items():
            Path(folder, path).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, path).write_bytes(text)
        source = Path(folder, FILES.get(name, name))
        for asked in (name, "auto"):
            try:
                found = registry.read(asked, source, images)
            except BadInput as problem:
                assert str(problem).strip() and len(str(problem)) < 5000
                continue
            assert isinstance(found, Annotations)
            assert {one.path for one in found.records} <= set(SIZES)
            for one in found.findings:
                assert one.code in KINDS and len(as_text(one).splitlines()) == 1
                assert len(as_text(one)) < 1000
            try:
                registry.FORMATS[name].write(found.records, Path(folder, "again"), images)
            except BadInput as problem:
                assert str(problem).strip()


@pytest.mark.parametrize("name", FORMATS)
def test_no_byte_out_of_place_raises(name, images, good_files):
    good = good_files[name]

    @fuzzy
    @given(st.data())
    def spoil(data):
        texts = dict(good)
        for _ in range(data.draw(st.integers(1, 4))):
            path = data.draw(st.sampled_from(sorted(texts)))
            text = texts[path]
            start = data.draw(st.integers(0, len(text)))
            end = data.draw(st.integers(start, min(len(text), start + 30)))
            new = data.draw(
                st.one_of(
                    st.binary(max_size=6),
                    st.just(text[start:end] * 2),
                    st.just(b""),
                    st.text(string.printable, max_size=6).map(str.encode),
                    st.sampled_from(
                        [
                            b"\xff\xfe",
                            b"\xef\xbb\xbf",
                            b"\x00",
                            b'"',
                            b"<",
                            b"[" * 3000,
                            b"9" * 5000,
                            b"-",
                            b"e999",
                            b"\r",
                            b"&a;",
                            b"<!DOCTYPE a>",
                        ]
                    ),
                )
            )
            texts[path] = text[:start] + new + text[end:]
        read_whatever(name, texts, images)

    spoil()


@pytest.mark.parametrize("name", ["json", "coco", "manifest"])
def test_no_value_out_of_place_raises(name, images, good_files):
    ((path, text),) = good_files[name].items()
    lines = [json.loads(line) for line in text.decode().splitlines()]

    @fuzzy
    @given(st.data())
    def spoil(data):
        values = copy.deepcopy(lines)
        for _ in range(data.draw(st.integers(1, 3))):
            places = [(values, index) for index in range(len(values))] + list(nodes(values))
            inside, key = data.draw(st.sampled_from(range(len(places))).map(places.__getitem__))
            what = data.draw(st.sampled_from(["replace", "remove", "double"]))
            if what == "replace":
                inside[key] = data.draw(JUNK)
            elif what == "remove":
                del inside[key]
            elif isinstance(inside, list):
                inside.insert(key, copy.deepcopy(inside[key]))
            else:
                inside[key + "2"] = copy.deepcopy(inside[key])
            if not values:
                values.append(data.draw(JUNK))
        read_whatever(name, {path: "\n".join(map(json.dumps, values)).encode()}, images)

    spoil()


def nodes(value):
    """Each place in a JSON value, as the list or object it is in and its index or key."""
    keys = (
        range(len(value))
        if isinstance(value, list)
        else list(value)
        if isinstance(value, dict)
        else ()
    )
    for key in keys:
        yield value, key
        yield from nodes(value[key])


@pytest.mark.parametrize("name", ["csv", "yolo"])
def test_no_field_out_of_place_raises(name, images, good_files):
    good = good_files[name]
    between = "," if name == "csv" else " "

    @fuzzy
    @given(st.data())
    def spoil(data):
        texts = dict(good)
        for _ in range(data.draw(st.integers(1, 3))):
            path = data.draw(st.sampled_from(sorted(texts)))
            lines = [
                line.split(between) for line in texts[path].decode("utf-8", "replace").split("\n")
            ]
            line = data.draw(st.sampled_from(lines))
            line[data.draw(st.integers(0, len(line) - 1))] = data.draw(JUNK.map(str))
            texts[path] = "\n".join(map(between.join, lines)).encode("utf-8", "surrogatepass")
        read_whatever(name, texts, images)

    spoil()


# The other reader of Pascal VOC


@pytest.mark.filterwarnings("ignore::FutureWarning")  # lxml, of what that code does
@fast
@given(records_of(HOLDS["xml"]))
def test_the_object_detection_api_reads_the_same_xml(images, records):
    pytest.importorskip("object_detection.utils.dataset_util")
    from lxml import etree
    from object_detection.utils.dataset_util import recursive_parse_xml_to_dict

    with tempfile.TemporaryDirectory() as folder:
        registry.FORMATS["xml"].write(records, Path(folder), images)
        for one in records:
            text = Path(folder, one.path).with_suffix(".xml").read_bytes()
            theirs = recursive_parse_xml_to_dict(etree.fromstring(text))["annotation"]
            assert theirs["filename"] == Path(one.path).name
            assert [int(theirs["size"][name]) for name in ("width", "height")] == list(
                SIZES[one.path]
            )
            objects = theirs.get("object", [])
            assert [box["name"] for box in objects] == list(one.objects.labels)
            assert [
                [np.float32(box["bndbox"][name]) for name in ("xmin", "ymin", "xmax", "ymax")]
                for box in objects
            ] == one.objects.boxes.tolist()
            assert [box["truncated"] == "1" for box in objects] == one.objects.flags(
                "truncated"
            ).tolist()


# What a record keeps for a format


@pytest.mark.parametrize(
    "stored, path, others, written",
    [
        pytest.param(
            "c.jpg", "train/c.jpg", [], "c.jpg", id="beside the image"
        ),  # as the file beside the image has it
        pytest.param("x/c.jpg", "train/c.jpg", [], "x/c.jpg", id="another folder"),
        pytest.param(None, "train/c.jpg", [], "train/c.jpg", id="none stored"),
        pytest.param(["c.jpg"], "train/c.jpg", [], "train/c.jpg", id="not text"),
        pytest.param("c.png", "c.jpg", [], "c.jpg", id="another suffix"),
        pytest.param(
            "c.jpg",
            "train/c.jpg",
            [("c.jpg", None)],
            "train/c.jpg",
            id="another image at that name",
        ),
        pytest.param(
            "c.jpg",
            "train/c.jpg",
            [("val/c.jpg", "c.jpg")],
            "train/c.jpg",
            id="two images of one stored name",
        ),
        pytest.param(
            "c.jpg", "train/c.jpg", [("val/d.jpg", "d.jpg")], "c.jpg", id="other stored names"
        ),
    ],
)
def test_names_stay_where_they_lead_to_one_image(record, stored, path, others, written):
    records = [record(name) for name, _ in [(path, stored), *others]]
    names = round_trip.file_names(records, [stored, *(name for _, name in others)])
    assert names[0] == written


@pytest.mark.parametrize(
    "stored, expected",
    [
        ([], []),
        ([7, "a", 9], [7, "a", 9]),
        ([None, 1, None], [2, 1, 3]),
        ([4, 4, 1], [4, 2, 1]),
        ([True, 1.5, [2]], [1, 2, 3]),
    ],
    ids=["nothing", "all kept", "gaps filled", "duplicate", "no ids"],
)
def test_ids_are_kept_or_free_numbers(stored, expected):
    assert round_trip.kept_or_free(stored) == expected


@pytest.mark.parametrize(
    "tables, labels, expected",
    [
        ([], ["cat", "dog"], {"1": "cat", "2": "dog"}),
        ([[("7", "cat")]], ["cat", "dog"], {"7": "cat", "1": "dog"}),
        ([[("1", "cat")], [("1", "dog")]], ["cat"], {"1": "cat", "2": "dog"}),
        ([[("1", "cat"), ("5", "cat")]], ["cat"], {"1": "cat", "5": "cat"}),
    ],
    ids=["no table", "ids stay", "clashing ids", "two ids of a class"],
)
def test_classes_keep_their_ids_where_they_are_free(tables, labels, expected):
    ids = round_trip.ClassIds(tables, labels, first=1)
    assert ids.names == expected
    assert [expected[ids.id_of(label, "")] for label in labels] == labels


def test_an_object_keeps_its_own_id_of_several():
    ids = round_trip.ClassIds([[("1", "cat"), ("5", "cat")]], [], first=1)
    assert [ids.id_of("cat", stored) for stored in ("5", "1", "9")] == ["5", "1", "1"]


def test_what_files_say_of_their_set_is_kept_once(record):
    records = [
        record(f"{number}.jpg", extra={"coco": {"whole": whole}} if whole else {})
        for number, whole in enumerate([{"info": 1}, None, {"info": 2}, {"info": 1}])
    ]
    assert round_trip.wholes(records, "coco") == [{"info": 1}, {"info": 2}]
    assert round_trip.wholes(records, "via") == []
