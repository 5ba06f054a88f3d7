"""Frames and names of record files; TensorFlow's own reader and writer are the oracle."""

import gzip

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_records import write

from helpers.structures.errors import BadInput
from helpers.tfrecords import framing

RAWS = [b"first", b"", b"x" * 40]


def by_tensorflow(path):
    """The records up to the first that TensorFlow refuses, and whether there is one."""
    results = []
    try:
        for raw in tf.compat.v1.io.tf_record_iterator(str(path)):
            results.append(raw)
    except tf.errors.DataLossError:
        return results, True
    return results, False


def by_us(path):
    results = list(framing.frames(path))
    good = [frame.content for frame in results if not frame.problem]
    return good, len(good) < len(results)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=5))
def test_the_bytes_are_those_of_tensorflows_writer(tmp_path_factory, raws):
    folder = tmp_path_factory.mktemp("frames")
    with open(str(folder / "ours"), "wb") as stream:
        framing.write_frames(stream, raws)
    assert (folder / "ours").read_bytes() == write(folder / "theirs", *raws).read_bytes()
    assert by_us(folder / "theirs") == by_tensorflow(folder / "ours") == (raws, False)
    assert [frame.number for frame in framing.frames(folder / "ours")] == list(
        range(1, len(raws) + 1)
    )


def test_every_cut_is_found_where_tensorflow_finds_it(tmp_path):
    whole, path = write(tmp_path / "whole", *RAWS).read_bytes(), tmp_path / "cut"
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        results, broken = by_us(path)
        assert results == by_tensorflow(path)[0]
        assert broken == (size not in (0, 21, 37)), size  # between two records nothing is missing
        assert not broken or "cut off" in list(framing.frames(path))[-1].problem


def test_every_spoilt_byte_is_found(tmp_path):
    whole, path = write(tmp_path / "whole", *RAWS).read_bytes(), tmp_path / "spoilt"
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
        assert by_us(path)[1] and by_tensorflow(path)[1]


@pytest.mark.parametrize(
    "place, expected",
    [
        pytest.param(0, [(1, b"", "length")], id="length"),
        pytest.param(14, [(1, b"", "checksum"), (2, b"", ""), (3, RAWS[2], "")], id="content"),
        pytest.param(
            60, [(1, RAWS[0], ""), (2, b"", ""), (3, b"", "checksum")], id="last checksum"
        ),
    ],
)
def test_after_a_spoilt_record_the_others_are_read(tmp_path, place, expected):
    path = write(tmp_path / "a.record", *RAWS)
    whole = path.read_bytes()
    path.write_bytes(whole[:place] + b"\xee" + whole[place + 1 :])
    results = list(framing.frames(path))
    assert [(row.number, row.content) for row in results] == [row[:2] for row in expected]
    assert all(
        row[2] in frame.problem and bool(frame.problem) == bool(row[2])
        for frame, row in zip(results, expected)
    )


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadInput, match="b.record: no such"):
        list(framing.frames(tmp_path / "b.record"))


@pytest.mark.parametrize(
    "shards, names",
    [
        pytest.param(1, ["a.record"], id="one file"),
        pytest.param(2, ["a.record-00000-of-00002", "a.record-00001-of-00002"], id="two shards"),
    ],
)
def test_names_of_shards(tmp_path, shards, names):
    assert framing.shard_paths(tmp_path / "a.record", shards) == [tmp_path / name for name in names]


THERE = [
    "a.record",
    "a.record-00000-of-00002",
    "a.record-00001-of-00002",
    "a.record.bak",
    "b.record-00001-of-00003",
    "notes.txt",
    ".a.record.json",
    "xa.record-00000-of-00001",
]


@pytest.fixture()
def folder(tmp_path):
    for name in THERE:
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "folder.record").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    "target, names",
    [
        pytest.param("a.record", THERE[:3], id="name of a set"),
        pytest.param("b.record", THERE[4:5], id="incomplete set"),
        pytest.param(THERE[1], THERE[1:2], id="single shard"),
        pytest.param("a.record-*", THERE[1:3], id="pattern"),
        pytest.param("", [*THERE[:3], THERE[4], THERE[7]], id="folder"),
        pytest.param("notes.txt", THERE[5:6], id="any file"),
    ],
)
def test_record_files_that_a_path_stands_for(folder, target, names):
    assert framing.matching(folder / target) == [folder / name for name in names]


def test_record_files_of_other_programs_are_taken_from_a_folder(tmp_path):
    names = ["a.tfrecord", "b.records", "c.TFRecord", "notes.txt"]
    for name in names:
        (tmp_path / name).write_bytes(b"")
    assert framing.matching(tmp_path) == [tmp_path / name for name in names[:3]]


def test_a_git_lfs_pointer_is_named(tmp_path):
    (tmp_path / "a.record").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(BadInput, match=r"a\.record: .*Git LFS"):
        list(framing.frames(tmp_path / "a.record"))
    with pytest.raises(BadInput, match=r"a\.record: .*Git LFS"):
        framing.first_and_last(tmp_path / "a.record")


def test_a_gzipped_file_is_named(tmp_path):
    (tmp_path / "a.record").write_bytes(gzip.compress(b"x" * 100))
    with pytest.raises(BadInput, match=r"a\.record: .*gzipped.*gunzip"):
        list(framing.frames(tmp_path / "a.record"))
    with pytest.raises(BadInput, match=r"a\.record: .*gzipped.*gunzip"):
        framing.first_and_last(tmp_path / "a.record")


@pytest.mark.parametrize("target", ["c.record", "c*", "folder.record"])
def test_a_path_without_record_files(folder, target):
    with pytest.raises(BadInput, match=r"no record .*train\.record\*"):
        framing.matching(folder / target)


@pytest.mark.parametrize(
    "present, missing",
    [
        pytest.param([], [], id="no file"),
        pytest.param(THERE[:1], [], id="one file"),
        pytest.param(THERE[:3], [], id="set and file"),
        pytest.param(THERE[1:2], [], id="first shard alone"),
        pytest.param(
            THERE[4:5],
            ["b.record-00000-of-00003", "b.record-00002-of-00003"],
            id="middle shard alone",
        ),
    ],
)
def test_shards_that_are_missing(folder, present, missing):
    assert framing.missing_shards([folder / name for name in present]) == [
        folder / name for name in missing
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=6))
def test_first_and_last_record_of_whatever_tensorflow_writes(tmp_path_factory, raws):
    path = write(tmp_path_factory.mktemp("records") / "train.record", *raws)
    assert framing.first_and_last(path) == (
        len(raws),
        ([raws[0], raws[-1]][: len(raws)] if raws else []),
    )


def test_every_cut_is_noticed_without_reading_records(tmp_path):
    whole = write(tmp_path / "whole", b"first", b"second").read_bytes()
    first = 16 + len(b"first")
    for size in range(1, len(whole)):
        path = tmp_path / "train.record"
        path.write_bytes(whole[:size])
        if size == first:
            assert framing.first_and_last(path)[0] == 1
        else:
            with pytest.raises(
                BadInput, match=f"train.record: .*byte {0 if size < first else first}, "
            ):
                framing.first_and_last(path)


def test_a_file_of_another_kind_has_no_records(tmp_path):
    path = tmp_path / "train.record"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 100)
    with pytest.raises(BadInput, match="train.record: .*byte 0, "):
        framing.first_and_last(path)
