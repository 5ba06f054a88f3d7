"""Records that TensorFlow wrote for other programs, as images in a folder and their boxes."""

import gzip
import io
import re

import plain_records
import pytest
from builders import contents, plain
from PIL import Image
from plain_records import example, jpeg

from helpers.structures.errors import BadInput
from helpers.tfrecords import record_import
from helpers.tfrecords.record_import import RecordFile

CAT = {"ids": [1], "texts": [b"cat"]}
BOX = [[4, 6, 20, 27]]  # of plain_records.example, on 40x30
NAMES = {1: "cat", 17: "dog"}


def encoded(kind, size=(40, 30)):
    """The bytes of an image in one of Pillow's formats."""
    buffer = io.BytesIO()
    Image.new("RGB", size, "grey").save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture()
def extract(tmp_path):
    """Writes records with TensorFlow, and extracts them into the folder ``img``."""

    def of(*raws, names=(), folder="", name="a.record"):
        path = plain_records.write(tmp_path / name, *raws)
        source = RecordFile(path, dict(names), folder)
        return record_import.extract([source], tmp_path / "img")

    return of


def test_images_and_boxes_are_those_of_the_records(extract, tmp_path):
    dog = example(ids=[17], texts=[b"dog"], filename=[b"sub/b.jpg"], encoded=[jpeg((80, 60))])
    found = extract(example(**CAT), dog, example(filename=[b"c.jpg"]))
    assert plain(found.records) == [
        ("a.jpg", 40, 30, ("cat",), BOX, (False,), (False,)),
        ("c.jpg", 40, 30, (), [], (), ()),
        ("sub/b.jpg", 80, 60, ("dog",), [[8, 12, 40, 54]], (False,), (False,)),
    ]
    assert found.problems == []
    assert contents(tmp_path / "img") == {
        "a.jpg": jpeg(),
        "c.jpg": jpeg(),
        "sub/b.jpg": jpeg((80, 60)),
    }


def test_flags_are_kept(extract):
    raw = example(
        ids=[1, 1],
        texts=[b"cat", b"cat"],
        **{"object/truncated": [1, 0], "object/difficult": [0, 1], "object/is_crowd": [0, 1]},
    )
    objects = extract(raw).records[0].objects
    assert objects.truncated.tolist() == [True, False]
    assert objects.difficult.tolist() == objects.group_of.tolist() == [False, True]


def test_ids_are_named_by_the_label_map(extract):
    assert extract(example(ids=[17]), names=NAMES).records[0].objects.labels == ("dog",)
    with pytest.raises(BadInput, match=r"a\.record, record 1: .*class 17 .*label_map\.pbtxt"):
        extract(example(ids=[17]), names={1: "cat"})


@pytest.mark.parametrize(
    "name, kind, expected",
    [
        pytest.param(b"a.jpg", "JPEG", "a.jpg", id="as it stands"),
        pytest.param(b"A.JPEG", "JPEG", "A.JPEG", id="another suffix of the format"),
        pytest.param(b"a.jpg", "PNG", "a.png", id="suffix of another format"),
        pytest.param(b"photo", "PNG", "photo.png", id="no suffix"),
        pytest.param(b"/home/me/a.jpg", "JPEG", "a.jpg", id="absolute path"),
        pytest.param(b"C:\\photos\\a.jpg", "JPEG", "a.jpg", id="Windows path"),
        pytest.param(b"../../etc/a.jpg", "JPEG", "a.jpg", id="path upwards"),
        pytest.param(b"..", "JPEG", "a-00001.jpg", id="a folder upwards"),
        pytest.param(b".hidden/a.jpg", "JPEG", "a-00001.jpg", id="hidden folder"),
        pytest.param(b"a\x00b.jpg", "JPEG", "a-00001.jpg", id="NUL byte"),
        pytest.param(b"", "JPEG", "a-00001.jpg", id="empty"),
    ],
)
def test_images_lie_inside_under_their_names(extract, tmp_path, name, kind, expected):
    content = encoded(kind)
    found = extract(example(filename=[name], source_id=None, encoded=[content]))
    assert [record.path for record in found.records] == [expected]
    assert contents(tmp_path / "img") == {expected: content}
    assert {path.name for path in tmp_path.iterdir()} == {"img", "a.record"}


def test_images_of_one_name_are_told_apart_and_one_image_is_put_together(extract, tmp_path):
    other = example(**CAT, encoded=[jpeg((80, 60))])
    found = extract(example(**CAT), other, example(ids=[1], texts=[b"dog"]), other, folder="train")
    assert [(record.path, record.objects.labels) for record in found.records] == [
        ("train/a-2.jpg", ("cat", "cat")),
        ("train/a.jpg", ("cat", "dog")),
    ]
    assert set(contents(tmp_path / "img")) == {"train/a.jpg", "train/a-2.jpg"}


def test_what_is_in_the_folder_stays(extract, tmp_path):
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "a.jpg").write_bytes(b"own photo")
    with pytest.raises(BadInput, match=r"img/a\.jpg: .*folder"):
        extract(example(**CAT))
    assert contents(tmp_path / "img") == {"a.jpg": b"own photo"}
    (tmp_path / "img" / "a.jpg").write_bytes(jpeg())
    before = (tmp_path / "img" / "a.jpg").stat().st_mtime_ns
    assert len(extract(example(**CAT)).records) == 1
    assert (tmp_path / "img" / "a.jpg").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "raw, message",
    [
        pytest.param(b"words", "record 2: .*", id="no example"),
        pytest.param(example(encoded=None), "no image/encoded.*image/filename", id="no image"),
        pytest.param(example(encoded=[b"words"]), "no image", id="bytes that are no image"),
        pytest.param(example(encoded=[encoded("GIF")]), "GIF", id="GIF"),
        pytest.param(example(ids=[1], texts=[]), None, id="an id alone"),
        pytest.param(
            example(**CAT, **{"object/bbox/xmin": [0.1, 0.2]}), "1 and 2 corners", id="corners"
        ),
        pytest.param(
            example(ids=[1, 1], texts=[b"cat"], **{"object/class/label": [1]}),
            "1 names and 1 ids",
            id="classes",
        ),
    ],
)
def test_a_bad_record_does_not_stop_the_others(extract, raw, message):
    found = extract(example(**CAT, filename=[b"good.jpg"]), raw, names=NAMES)
    assert "good.jpg" in [record.path for record in found.records]
    if message is None:
        assert found.problems == []
    else:
        (problem,) = found.problems
        assert problem.split(": ")[0].endswith("a.record, record 2")
        assert re.search(message, problem)


@pytest.mark.parametrize(
    "raws, message",
    [
        pytest.param(
            [example(**CAT, **{"object/bbox/xmax": [300.0]})],
            r"record 1: .*300\.0.*0 to 1",
            id="px",
        ),
        pytest.param([b"words", b"words"], "2 records that", id="no example"),
        pytest.param([], "img: found no record", id="empty file"),
    ],
)
def test_what_cannot_be_used_at_all_is_refused(extract, raws, message):
    with pytest.raises(BadInput, match=message):
        extract(*raws)


def test_a_gzipped_file_is_named(tmp_path):
    path = plain_records.write(tmp_path / "a.record", example(**CAT))
    path.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(BadInput, match=r"a\.record: .*gzipped.*gunzip"):
        record_import.extract([RecordFile(path, {})], tmp_path / "img")
