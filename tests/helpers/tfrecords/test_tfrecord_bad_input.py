"""Images, classes and options that cannot become records: named, and no file changes."""

import shutil

import pytest
from builders import bytes_of, names_in

from helpers.structures.errors import BadInput
from helpers.tfrecords import tfrecord


@pytest.mark.parametrize(
    "spoil, expected",
    [
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-10]), "decode", id="cut"),
        pytest.param(lambda path: path.write_bytes(b""), "0 bytes", id="empty"),
        pytest.param(lambda path: path.unlink(), "no such", id="missing"),
        pytest.param(
            lambda path: shutil.copy(str(path.with_name("5.jpg")), str(path)),
            "40x35, .*40x34",
            id="another size",
        ),
    ],
)
@pytest.mark.parametrize("shards", [1, 2])
def test_a_bad_image_is_named_and_the_good_file_stays(
    tmp_path, many, write_many, spoil, expected, shards
):
    images, _ = many
    paths = write_many(shards=shards).paths
    good = bytes_of(paths)
    spoil(images / "4.jpg")
    with pytest.raises(BadInput, match=f"records: .*4.jpg: .*{expected}"):
        write_many(shards=shards)
    assert bytes_of(paths) == good
    assert (
        sorted(
            path
            for path in tmp_path.iterdir()
            if path.suffix.startswith(".record") and not path.name.startswith(".")
        )
        == paths
    )


def test_every_bad_image_is_named_at_once(tmp_path, many, write_many):
    images, _ = many
    for number in (2, 5, 7):
        (images / f"{number}.jpg").unlink()
    with pytest.raises(BadInput) as error:
        write_many(shards=2)
    message = str(error.value)
    assert message.index("2.jpg") < message.index("5.jpg") < message.index("7.jpg")
    assert not tfrecord.existing(tmp_path / "a.record")


def test_a_class_that_the_map_does_not_know_is_named(tmp_path, many, record, write_many):
    _, records = many
    records[3] = record("3.jpg", ("cat", 1, 2, 3, 4), ("lynx", 1, 2, 3, 4), size=(40, 33))
    with pytest.raises(BadInput, match="3.jpg: .*'lynx', .*'bird'"):
        write_many(records=records)
    assert names_in(tmp_path) == ["img"]


@pytest.mark.parametrize(
    "count, options, expected",
    [
        pytest.param(0, {}, "no image", id="no images"),
        pytest.param(
            3, {"shards": 4}, "4 shards for 3 images, .*1 to 3", id="more shards than images"
        ),
        pytest.param(3, {"shards": 0}, "0 shards", id="no shards"),
        pytest.param(3, {"max_side": -1}, "-1 pixels", id="negative longest edge"),
        pytest.param(3, {"jobs": -1}, "-1 processes", id="negative processes"),
    ],
)
def test_options_out_of_range_are_refused(tmp_path, many, write_many, count, options, expected):
    _, records = many
    with pytest.raises(BadInput, match=f"a.record: .*{expected}"):
        write_many(records=records[:count], **options)
    assert names_in(tmp_path) == ["img"]


def test_a_folder_in_the_place_of_the_records_is_refused(tmp_path, write_many):
    with pytest.raises(BadInput, match="img: .*folder, .*train.record"):
        write_many("img")
    assert names_in(tmp_path) == ["img"]


def test_an_image_twice_is_refused(many, write_many):
    _, records = many
    with pytest.raises(BadInput, match="3.jpg twice"):
        write_many(records=records + [records[3]])
