"""Nothing is ever half there: beside first, then renamed; and every failure has a plain message."""

import errno
import hashlib
import os
import subprocess
import sys

import pytest
from builders import names_in

from helpers.structures.errors import BadInput, HelpersError
from helpers.system import files


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("name", ["data.csv", "train.record-00000-of-00002", "plain", ".hidden"])
def test_a_new_file_takes_the_place_of_the_old_one(tmp_path, name):
    (tmp_path / name).write_bytes(b"old")
    with open(str(tmp_path / name), "rb") as reader:
        with files.replacing(tmp_path / name) as beside:
            beside.write_bytes(b"new")
            assert (tmp_path / name).read_bytes() == b"old"
        assert reader.read() == b"old"  # whoever reads meanwhile sees one file or the other
    assert beside.suffix == ((tmp_path / name).suffix or ".part")
    assert beside.name.startswith(".")
    assert contents(tmp_path) == {name: b"new"}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, BadInput])
def test_what_fails_leaves_the_old_file_and_nothing_else(tmp_path, error):
    (tmp_path / "data.csv").write_bytes(b"old")
    with pytest.raises(error), files.replacing(tmp_path / "data.csv") as beside:
        beside.write_bytes(b"half")
        raise error("stop")
    assert contents(tmp_path) == {"data.csv": b"old"}


def test_folders_are_made_on_the_way(tmp_path):
    files.write_text(tmp_path / "a" / "b" / "c.txt", "ä\n")
    files.write_bytes(tmp_path / "d" / "e", b"\x00\xff")
    assert (tmp_path / "d" / "e").read_bytes() == b"\x00\xff"
    assert (tmp_path / "a" / "b" / "c.txt").read_bytes() == b"\xc3\xa4\n"


@pytest.mark.parametrize(
    "where, expected",
    [
        pytest.param("folder", f"folder: .*{os.strerror(errno.EISDIR)}", id="folder"),
        pytest.param(
            "file/below.txt",
            f"file: .*({os.strerror(errno.EEXIST)}|{os.strerror(errno.ENOTDIR)})",
            id="below a file",
        ),
        pytest.param("n" * 250, "n{250}: .*" + os.strerror(errno.ENAMETOOLONG), id="long name"),
    ],
)
def test_a_place_where_no_file_can_be(tmp_path, where, expected):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("old")
    with pytest.raises(BadInput, match=expected) as error:
        files.write_text(tmp_path / where, "new")
    assert ".part" not in str(error.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "old"


def test_an_error_while_reading_names_the_file_that_was_read(tmp_path):
    with pytest.raises(BadInput, match=f"source.bin: .*{os.strerror(errno.ENOENT)}"):
        files.copy(tmp_path / "source.bin", tmp_path / "target.bin")


def test_a_full_disk_is_reported_and_the_old_file_stays(tmp_path):
    (tmp_path / "data.csv").write_bytes(b"old")
    with pytest.raises(BadInput, match="data.csv: .*disk .*full"), files.replacing(
        tmp_path / "data.csv"
    ) as beside:
        beside.symlink_to("/dev/full")
        beside.write_text("new")
    assert contents(tmp_path) == {"data.csv": b"old"}


def test_a_pipe_is_written_to_and_stays(tmp_path):
    os.mkfifo(str(tmp_path / "pipe"))
    reader = os.open(str(tmp_path / "pipe"), os.O_RDONLY | os.O_NONBLOCK)
    files.write_text(tmp_path / "pipe", "new")
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo() and names_in(tmp_path) == ["pipe"]


def test_a_device_that_takes_nothing_stays(tmp_path):
    (tmp_path / "full").symlink_to("/dev/full")
    with pytest.raises(BadInput, match="full: .*disk"):
        files.write_text(tmp_path / "full", "new")
    assert (tmp_path / "full").is_char_device() and names_in(tmp_path) == ["full"]


def test_a_file_over_the_limit_leaves_the_old_one(tmp_path):
    (tmp_path / "big.txt").write_text("old")
    program = (
        "import resource, sys; from helpers.system import files\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "files.write_text(sys.argv[1], 'x' * 10000)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "big.txt")],
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    # Not the last line, where coverage is measured: its data cannot be written either.
    (message,) = [
        line
        for line in ran.stderr.splitlines()
        if line.startswith("helpers.structures.errors.BadInput")
    ]
    assert "big.txt: " in message and os.strerror(errno.EFBIG) in message
    assert contents(tmp_path) == {"big.txt": b"old"}


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({}, id="empty"),
        pytest.param([1, 2.5, None, "ä"], id="list"),
        pytest.param({"b": 1, "a": {"c": [True]}}, id="nested"),
    ],
)
def test_json_there_and_back_keeps_the_order(tmp_path, value):
    path = files.write_json(tmp_path / "value.json", value)
    assert files.read_json(path) == value
    assert list(files.read_json(path)) == list(value)
    assert path.read_bytes().endswith(b"\n")


@pytest.mark.parametrize(
    "content, read, expected",
    [
        pytest.param(None, files.read_text, "value.json: no such", id="missing text"),
        pytest.param(None, files.read_json, "value.json: no such", id="missing JSON"),
        pytest.param(
            b"\xff\xfe\x00", files.read_text, r"value.json: .*text \(at 0\)", id="not UTF-8"
        ),
        pytest.param(b"{", files.read_json, "value.json: .*broken JSON", id="cut JSON"),
        pytest.param(b"", files.read_json, "value.json: .*broken JSON", id="empty JSON"),
        pytest.param(
            b"version https://git-lfs.github.com/spec/v1\n",
            files.read_text,
            "value.json: .*Git LFS",
            id="Git LFS pointer",
        ),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, content, read, expected):
    if content is not None:
        (tmp_path / "value.json").write_bytes(content)
    with pytest.raises(BadInput, match=expected):
        read(tmp_path / "value.json")


@pytest.mark.parametrize("length", [12, 22, 60])
def test_a_pointer_is_known_by_its_first_bytes(length):
    head = b"version https://git-lfs.github.com/spec/v1\noid sha256:0"[:length]
    with pytest.raises(BadInput, match="a.bin"):
        files.refuse_pointer("a.bin", head)
    for other in (b"", head[:8], b"x" + head, head[:9] + b"/"):
        files.refuse_pointer("a.bin", other)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(BadInput, match=f"{tmp_path}: .*{os.strerror(errno.EISDIR)}"):
        files.read_text(tmp_path)


def test_the_byte_order_mark_of_windows_is_no_text(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfa")
    assert files.read_text(tmp_path / "a.txt") == "a"


@pytest.mark.parametrize("size", [0, 1, 3 << 20])
def test_sha256_and_copy(tmp_path, size):
    (tmp_path / "a.bin").write_bytes(b"x" * size)
    copied = files.copy(tmp_path / "a.bin", tmp_path / "b" / "c.bin")
    assert files.sha256(copied) == hashlib.sha256(b"x" * size).hexdigest()


@pytest.mark.parametrize("count, lines", [(1, 1), (20, 20), (23, 21)])
def test_many_problems_in_one_message(count, lines):
    joined = str(BadInput.several("images", [HelpersError(f"p{n}") for n in range(count)]))
    assert joined.splitlines()[0] == ("images: p0" if count == 1 else f"{count} images: p0")
    assert len(joined.splitlines()) == lines
    assert (f"... and {count - 20} more" in joined) == (count > 20)


def test_a_stamp_changes_with_size_and_time(tmp_path):
    path = tmp_path / "a"
    assert files.stamp(path) == files.MISSING == (-1, -1)
    path.write_text("12345")
    os.utime(str(path), ns=(7, 8))
    assert files.stamp(path) == files.stamp(str(path)) == files.Stamp(size=5, modified=8)


def test_the_key_of_files_changes_with_each_of_them(tmp_path):
    paths = [tmp_path / "a", tmp_path / "b"]
    for path in paths:
        path.write_text("1")
    key = files.stamp_key(*paths)
    assert files.stamp_key(*paths) == key and len(key) == 8
    assert files.stamp_key(paths[0]) != key
    paths[1].write_text("22")
    assert files.stamp_key(*paths) != key
