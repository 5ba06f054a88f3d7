"""Records as the Object Detection API's own decoder sees them, and files that are never half."""

import io
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from helpers import tfrecord
from helpers.errors import BadInput
from helpers.formats import table, voc
from helpers.labelmap import LabelMap

LABELS = LabelMap.of(["bird", "cat", "dog"])


@pytest.fixture(scope="module")
def decoded():
    """Reads record files with the Object Detection API's decoder, which training uses too."""
    import tensorflow as tf
    from object_detection.data_decoders.tf_example_decoder import TfExampleDecoder
    with tf.Graph().as_default(), tf.Session() as session:
        raw = tf.placeholder(tf.string)
        tensors = TfExampleDecoder().decode(raw)

        def read(paths):
            return [session.run(tensors, {raw: one}) for path in paths
                    for one in tf.compat.v1.io.tf_record_iterator(str(path))]

        yield read


@pytest.fixture(scope="module")
def one(decoded):
    """Writes one record and decodes it."""

    def of(record, images, out, **options):
        decoded_one, = decoded(tfrecord.write([record], LABELS, images, out, **options))
        return decoded_one

    return of


def pixels(encoded):
    return np.asarray(Image.open(io.BytesIO(encoded)).convert("RGB")).astype(int)


def corner_colours(image):
    """Which corner is which, roughly: grey levels in steps of 255."""
    return [np.rint(image[y, x] / 255).astype(int).tolist() for y in (1, -2) for x in (1, -2)]


PAINTED = [[0, 0, 1], [1, 0, 0], [0, 1, 1], [1, 1, 0]]
UPSIDE_DOWN = PAINTED[::-1]
TURNED_RIGHT = [PAINTED[corner] for corner in (2, 0, 3, 1)]


def test_the_object_detection_api_decodes_what_was_written(tmp_path, paint, record, one):
    path = paint(tmp_path / "sub" / "a b.jpg")
    got = one(record("sub/a b.jpg", ("dog", 4, 3, 20, 27), ("bird", 0, 0, 40, 30),
                     truncated=(True, False), difficult=(False, True)),
              tmp_path, tmp_path / "a.record")
    np.testing.assert_allclose(got["image"], pixels(path.read_bytes()), atol=6)  # two decoders
    np.testing.assert_allclose(got["groundtruth_boxes"],  # relative, y first
                               [[0.1, 0.1, 0.9, 0.5], [0, 0, 1, 1]], atol=1e-6)
    assert got["groundtruth_classes"].tolist() == [3, 1]
    assert got["groundtruth_difficult"].tolist() == [False, True]
    assert got["source_id"] == got["filename"] == b"sub/a b.jpg"
    assert got["original_image_spatial_shape"].tolist() == [30, 40]


def test_a_picture_without_boxes_is_a_record_too(tmp_path, paint, record, one):
    paint(tmp_path / "a.jpg")
    got = one(record("a.jpg"), tmp_path, tmp_path / "a.record")
    assert got["groundtruth_boxes"].shape == (0, 4)
    assert got["groundtruth_classes"].shape == (0,)
    assert got["image"].shape == (30, 40, 3)


def test_a_good_jpeg_is_passed_on_byte_for_byte(tmp_path, paint, record):
    path = paint(tmp_path / "a.jpg")
    assert tfrecord.encode(record("a.jpg"), tmp_path) == (path.read_bytes(), 40, 30)


@pytest.mark.parametrize("name, mode, kind, colours", [
    ("a.jpg", "RGB", "JPEG", PAINTED), ("a.png", "RGB", None, PAINTED),
    ("png.jpg", "RGB", "PNG", PAINTED), ("a.jpg", "CMYK", "JPEG", PAINTED),
    ("a.png", "P", "PNG", PAINTED), ("a.bmp", "RGB", "BMP", PAINTED),
    ("a.webp", "RGB", "WEBP", PAINTED), ("a.tif", "RGB", "TIFF", PAINTED),
    ("a.gif", "RGB", "GIF", PAINTED),
    ("a.png", "I;16", "PNG", [[0] * 3, [1] * 3] * 2),
    ("a.tif", "I;16", "TIFF", [[0] * 3, [1] * 3] * 2),
])
def test_training_sees_every_kind_of_picture_as_people_do(tmp_path, paint, record, one, name, mode,
                                                          kind, colours):
    paint(tmp_path / name, (80, 60), mode, kind)
    got = one(record(name, size=(80, 60)), tmp_path, tmp_path / "a.record")
    assert got["image"].shape == (60, 80, 3)
    assert corner_colours(got["image"]) == colours


def test_sixteen_bits_keep_their_middle_greys(tmp_path, paint, record, one):
    paint(tmp_path / "a.png", (64, 32), "I;16")
    image = one(record("a.png", size=(64, 32)), tmp_path, tmp_path / "a.record")["image"]
    assert abs(image.mean() - 127.5) < 1
    assert 55 < image[:, 16].mean() < 75


@pytest.mark.parametrize("mode", ["L", "1"])
def test_grey_stays_grey(tmp_path, paint, record, one, mode):
    paint(tmp_path / "a.png", (64, 32), mode)
    image = one(record("a.png", size=(64, 32)), tmp_path, tmp_path / "a.record")["image"]
    expected = np.asarray(Image.open(str(tmp_path / "a.png")).convert("RGB")).astype(int)
    assert abs(image.astype(int) - expected).mean() < 8
    assert np.ptp(image, axis=2).max() <= 2


@pytest.mark.parametrize("transparent", ["alpha", "colour"])
def test_what_is_transparent_becomes_white(tmp_path, record, one, transparent):
    if transparent == "alpha":
        Image.new("RGBA", (40, 30), (255, 0, 0, 0)).save(str(tmp_path / "a.png"))
    else:
        Image.new("RGB", (40, 30), (255, 0, 0)).save(str(tmp_path / "a.png"),
                                                     transparency=(255, 0, 0))
    assert one(record("a.png"), tmp_path, tmp_path / "a.record")["image"].min() >= 253


@pytest.mark.parametrize("orientation, size, colours", [
    (6, (80, 60), PAINTED), (6, (60, 80), TURNED_RIGHT), (1, (80, 60), PAINTED),
    (3, (80, 60), UPSIDE_DOWN),
])
def test_the_pixels_are_in_the_frame_the_boxes_were_drawn_in(tmp_path, paint, record, one,
                                                             orientation, size, colours):
    paint(tmp_path / "a.jpg", (80, 60), orientation=orientation)
    got = one(record("a.jpg", ("cat", 0, 0, size[0] / 2, size[1] / 4), size=size), tmp_path,
              tmp_path / "a.record")
    assert got["image"].shape == (size[1], size[0], 3)
    assert corner_colours(got["image"]) == colours
    np.testing.assert_allclose(got["groundtruth_boxes"], [[0, 0, 0.25, 0.5]])


def test_no_reader_turns_the_pixels_again(tmp_path, paint, record):
    import cv2
    paint(tmp_path / "a.jpg", (80, 60), orientation=6)
    encoded, width, height = tfrecord.encode(record("a.jpg", size=(80, 60)), tmp_path)
    by_opencv = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)
    assert by_opencv.shape == (height, width, 3) == (60, 80, 3)


@pytest.mark.parametrize("size, max_side, expected", [
    ((80, 60), 40, (40, 30)), ((60, 80), 40, (30, 40)), ((80, 60), 80, (80, 60)),
    ((80, 60), 500, (80, 60)), ((80, 60), 0, (80, 60)), ((200, 2), 50, (50, 1)),
])
def test_a_smaller_copy_keeps_relative_boxes(tmp_path, paint, record, one, size, max_side,
                                             expected):
    paint(tmp_path / "a.jpg", size)
    width, height = size
    given = record("a.jpg", ("cat", 0.25 * width, 0, width, 0.5 * height), size=size)
    got = one(given, tmp_path, tmp_path / "a.record", max_side=max_side)
    assert got["image"].shape == (expected[1], expected[0], 3)
    np.testing.assert_allclose(got["groundtruth_boxes"], [[0, 0.25, 0.5, 1]])
    back, = tfrecord.read([tmp_path / "a.record"], LABELS)
    assert (back.width, back.height) == expected
    np.testing.assert_allclose(
        back.objects.boxes, [[0.25 * expected[0], 0, expected[0], 0.5 * expected[1]]])


@pytest.fixture()
def many(tmp_path, paint, record):
    """An image folder with ten pictures, and their records."""
    for number in range(10):
        paint(tmp_path / "img" / f"{number}.jpg", (40, 30 + number))
    return tmp_path / "img", [record(f"{number}.jpg", ("cat", 1, 2, 3 + number, 20),
                                     size=(40, 30 + number)) for number in range(10)]


@pytest.mark.parametrize("shards", [1, 3, 10])
def test_every_record_is_in_exactly_one_shard(tmp_path, many, plain, shards):
    images, records = many
    before = plain(records)
    paths = tfrecord.write(records, LABELS, images, tmp_path / "train.record", shards)
    assert paths == tfrecord.shard_paths(tmp_path / "train.record", shards)
    assert paths == tfrecord.existing(tmp_path / "train.record")
    sizes = [len(list(tfrecord.read([path], LABELS))) for path in paths]
    assert sum(sizes) == 10 and max(sizes) - min(sizes) <= 1
    found = list(tfrecord.read(paths, LABELS))
    assert sorted(one.filename for one in found) == sorted(one.path for one in records)
    by_name = {one.path: one for one in records}
    for stored in found:
        np.testing.assert_allclose(stored.objects.boxes, by_name[stored.filename].objects.boxes,
                                   atol=1e-5)
        assert stored.objects.labels == ("cat",)
    assert plain(records) == before


def test_the_same_input_and_seed_give_the_same_bytes(tmp_path, many):
    images, records = many

    def written(name, given, **options):
        return [path.read_bytes() for path in tfrecord.write(
            given, LABELS, images, tmp_path / name / "a.record", 2, **options)]

    first = written("one", records, max_side=20)
    assert first == written("two", records[::-1], max_side=20, threads=1)
    assert first != written("three", records, max_side=20, seed=1)
    order = [one.filename for one in tfrecord.read([tmp_path / "one" / "a.record-00000-of-00002"],
                                                   LABELS)]
    assert order != sorted(order)


def test_shards_of_an_earlier_run_go_and_other_files_stay(tmp_path, many):
    images, records = many
    tfrecord.write(records, LABELS, images, tmp_path / "train.record", 3)
    for other in ("train.record-backup", "train.records", "train.record.md5", "mytrain.record"):
        (tmp_path / other).write_text("other")
    tfrecord.write(records, LABELS, images, tmp_path / "train.record", 2)
    assert sorted(path.name for path in tmp_path.glob("*train*")) == [
        "mytrain.record", "train.record-00000-of-00002", "train.record-00001-of-00002",
        "train.record-backup", "train.record.md5", "train.records"]
    tfrecord.write(records, LABELS, images, tmp_path / "train.record")
    assert tfrecord.existing(tmp_path / "train.record") == [tmp_path / "train.record"]


def broken(content):
    return content[:-40]


@pytest.mark.parametrize("change, message", [
    (lambda path: path.write_bytes(broken(path.read_bytes())), "4.jpg: found pixels that do not"),
    (lambda path: path.write_bytes(b""), "4.jpg: found 0 bytes that are no readable picture"),
    (lambda path: path.unlink(), "4.jpg: no such picture"),
    (lambda path: shutil.copy(str(path.with_name("5.jpg")), str(path)),
     "4.jpg: found a picture of 40x35, expected 40x34 as in the table"),
])
@pytest.mark.parametrize("shards", [1, 2])
def test_a_bad_picture_is_named_and_the_good_file_stays(tmp_path, many, change, message, shards):
    images, records = many
    paths = tfrecord.write(records, LABELS, images, tmp_path / "a.record", shards)
    good = [path.read_bytes() for path in paths]
    change(images / "4.jpg")
    with pytest.raises(BadInput, match="cannot become records: .*" + message):
        tfrecord.write(records, LABELS, images, tmp_path / "a.record", shards)
    assert [path.read_bytes() for path in paths] == good
    assert sorted(path for path in tmp_path.iterdir() if path.is_file()) == paths


def test_a_class_that_the_map_does_not_know_is_named(tmp_path, many, record):
    images, records = many
    records[3] = record("3.jpg", ("cat", 1, 2, 3, 4), ("lynx", 1, 2, 3, 4), size=(40, 33))
    with pytest.raises(BadInput, match="3.jpg: found the class 'lynx', expected one of"):
        tfrecord.write(records, LABELS, images, tmp_path / "a.record")
    assert not tfrecord.existing(tmp_path / "a.record")


@pytest.mark.parametrize("count, options, message", [
    (0, {}, "found no picture"), (3, {"shards": 4}, "4 shards for 3 pictures, expected 1 to 3"),
    (3, {"shards": 0}, "0 shards"), (3, {"max_side": -1}, "a longest side of -1 pixels"),
    (3, {"threads": -1}, "-1 threads"),
])
def test_numbers_that_cannot_be(tmp_path, many, count, options, message):
    images, records = many
    with pytest.raises(BadInput, match=f"a.record: found .*{message}|{message}"):
        tfrecord.write(records[:count], LABELS, images, tmp_path / "a.record", **options)
    assert [path.name for path in tmp_path.iterdir()] == ["img"]


def test_a_full_disk_is_said_and_the_good_file_stays(tmp_path, many):
    images, records = many
    path, = tfrecord.write(records[:1], LABELS, images, tmp_path / "a.record")
    good = path.read_bytes()
    (tmp_path / f".a.{os.getpid()}.part.record").symlink_to("/dev/full")
    with pytest.raises(BadInput, match="a.record: the disk is full, nothing was written"):
        tfrecord.write(records, LABELS, images, tmp_path / "a.record")
    assert path.read_bytes() == good
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.record", "img"]


WRITER = """
import resource, sys
from helpers import tfrecord
from helpers.formats import table
from helpers.labelmap import LabelMap
resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
records = table.read(sys.argv[1] + "/data.csv")
tfrecord.write(records, LabelMap.of(["cat"]), sys.argv[1] + "/img", sys.argv[1] + "/a.record")
"""


def test_a_disk_that_takes_no_more_leaves_the_good_file(tmp_path, many):
    images, records = many
    path, = tfrecord.write(records[:1], LABELS, images, tmp_path / "a.record")
    table.write(records, tmp_path / "data.csv")
    good = path.read_bytes()
    ran = subprocess.run([sys.executable, "-c", WRITER, str(tmp_path)], stderr=subprocess.PIPE,
                         universal_newlines=True)
    last = ran.stderr.strip().splitlines()[-1]
    assert last.startswith("helpers.errors.BadInput"), ran.stderr
    assert "a.record: cannot be written or read (File too large)" in last
    assert path.read_bytes() == good
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.record", "data.csv", "img"]


@pytest.mark.parametrize("change, message", [
    (lambda content: content[:-10], "a cut or broken record"),
    (lambda content: content[:50] + b"?" + content[51:], "a cut or broken record"),
    (lambda content: b"no record at all, but more than a header", "a cut or broken record"),
])
def test_a_broken_record_file_is_named(tmp_path, many, change, message):
    images, records = many
    path, = tfrecord.write(records, LABELS, images, tmp_path / "a.record")
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(BadInput, match=f"a.record: found {message}"):
        list(tfrecord.read([path], LABELS))


def test_a_missing_record_file_and_another_label_map_are_named(tmp_path, many):
    images, records = many
    with pytest.raises(BadInput, match="b.record: no such record file"):
        list(tfrecord.read([tmp_path / "b.record"], LABELS))
    path, = tfrecord.write(records, LABELS, images, tmp_path / "a.record")
    with pytest.raises(BadInput, match="label map: found the id 2, expected 1 to 1"):
        list(tfrecord.read([path], LabelMap.of(["bird"])))


def test_all_raccoons_through_every_format_and_back(raccoon, tmp_path, decoded):
    images = raccoon / "images"
    original = voc.read(raccoon / "annotations", images).records
    records = table.read(table.write(original, tmp_path / "data.csv"))
    label_map = LabelMap.of(["raccoon"])
    paths = tfrecord.write(records, label_map, images, tmp_path / "train.record", shards=3)
    by_name = {record.path: record for record in original}
    count = 0
    for got in decoded(paths):
        record = by_name.pop(got["source_id"].decode())
        boxes_rel = got["groundtruth_boxes"][:, [1, 0, 3, 2]]
        sides = [record.width, record.height] * 2
        np.testing.assert_allclose(boxes_rel * sides, record.objects.boxes, atol=1e-3)
        assert got["groundtruth_classes"].tolist() == [1] * len(record.objects)
        assert got["image"].shape == (record.height, record.width, 3)
        count += len(boxes_rel)
    assert (count, by_name) == (217, {})
