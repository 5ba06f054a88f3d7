"""No file, however broken, raises anything but ``BadInput``.

Faults are made by hypothesis.
"""

import copy
import json
import string
import tempfile
from pathlib import Path

import pytest
from annotation_files import ANNOTATION_FILES, READ_ONLY_FILES
from builders import IMAGE_SIZES, JSON_VALUE, contents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.annotations import registry
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import KINDS, as_text

FORMATS = list(registry.FORMATS)
fuzzy = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


GOOD = [
    ImageRecord(
        "a.jpg",
        40,
        30,
        LabeledBoxes.from_rows([("cat", [1, 2, 20.5, 25]), ("Bär", [0, 0, 40, 30])]),
    ),
    ImageRecord("sub/ä.d.jpeg", 640, 480),
]


# Copied, since a value that was put into a file is changed by what is done to the file next.
JUNK = st.one_of(
    JSON_VALUE,
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
    ).map(copy.deepcopy),
)


@pytest.fixture(scope="module")
def good_files(sized_images, tmp_path_factory):
    """A small good data set in each format, as bytes by path."""
    files = {}
    for name in FORMATS:
        if name in READ_ONLY_FILES:
            texts = READ_ONLY_FILES[name]
            files[name] = {path: text.encode() for path, text in texts.items()}
            continue
        folder = tmp_path_factory.mktemp("good")
        registry.FORMATS[name].write(GOOD, folder / ANNOTATION_FILES.get(name, name), sized_images)
        files[name] = contents(folder)
    return files


def read_whatever(name, files, images):
    """Reads and writes; anything but ``Annotations`` or ``BadInput`` is a failure."""
    with tempfile.TemporaryDirectory() as folder:
        for path, content in files.items():
            Path(folder, path).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, path).write_bytes(content)
        source = Path(folder, ANNOTATION_FILES.get(name, name))
        for requested in (name, "auto"):
            try:
                annotations = registry.read(requested, source, images)
            except BadInput as error:
                assert str(error).strip() and len(str(error)) < 5000
                continue
            assert isinstance(annotations, Annotations)
            assert {record.path for record in annotations.records} <= set(IMAGE_SIZES)
            for finding in annotations.findings:
                assert finding.code in KINDS and len(as_text(finding).splitlines()) == 1
                assert len(as_text(finding)) < 1000
            write = registry.FORMATS[name].write
            try:
                if write:
                    write(annotations.records, Path(folder, "again"), images)
            except BadInput as error:
                assert str(error).strip()


@pytest.mark.parametrize("name", FORMATS)
def test_no_spoilt_byte_raises(name, sized_images, good_files):
    good = good_files[name]

    @fuzzy
    @given(st.data())
    def spoil(data):
        files = dict(good)
        for _ in range(data.draw(st.integers(1, 4))):
            path = data.draw(st.sampled_from(sorted(files)))
            text = files[path]
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
            files[path] = text[:start] + new + text[end:]
        read_whatever(name, files, sized_images)

    spoil()


@pytest.mark.parametrize(
    "name", ["json", "coco", "manifest", "createml", "vott", "label-studio", "via3"]
)
def test_no_spoilt_value_raises(name, sized_images, good_files):
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
        read_whatever(name, {path: "\n".join(map(json.dumps, values)).encode()}, sized_images)

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
def test_no_spoilt_field_raises(name, sized_images, good_files):
    good = good_files[name]
    between = "," if name == "csv" else " "

    @fuzzy
    @given(st.data())
    def spoil(data):
        files = dict(good)
        for _ in range(data.draw(st.integers(1, 3))):
            path = data.draw(st.sampled_from(sorted(files)))
            lines = [
                line.split(between) for line in files[path].decode("utf-8", "replace").split("\n")
            ]
            line = data.draw(st.sampled_from(lines))
            line[data.draw(st.integers(0, len(line) - 1))] = data.draw(JUNK.map(str))
            files[path] = "\n".join(map(between.join, lines)).encode("utf-8", "surrogatepass")
        read_whatever(name, files, sized_images)

    spoil()
