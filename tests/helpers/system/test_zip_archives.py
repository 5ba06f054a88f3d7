"""Zip archives that reach outside, hold too much or are broken."""

import stat
import zipfile

import pytest
from builders import contents

from helpers.structures.errors import BadInput
from helpers.system import zip_archives
from helpers.system.archives import UNLIMITED, Limits


def packed(path, *members):
    with zipfile.ZipFile(str(path), "w") as content:
        for name, text, mode in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            content.writestr(info, text)
    return path


@pytest.fixture()
def good(tmp_path):
    return packed(
        tmp_path / "a.whl",
        ("a/one.txt", "1", stat.S_IFREG | 0o644),
        ("a/two.txt", "22", 0),
        ("b/three.txt", "333", 0),
    )


def test_the_files_that_are_wanted(good):
    found = zip_archives.read_files(good, ["a/two.txt", "none"], UNLIMITED, "")
    assert found == {"a/two.txt": b"22"}


def test_unpacks_what_begins_with_a_prefix(good, tmp_path):
    zip_archives.unpack(good, tmp_path / "out", ("a/",), UNLIMITED)
    written = [path.name for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert sorted(written) == ["one.txt", "two.txt"]


@pytest.mark.parametrize(
    "member",
    [
        ("../outside", "x", 0),
        ("/etc/outside", "x", 0),
        ("a\\..\\outside", "x", 0),
        ("link", "/etc/passwd", stat.S_IFLNK | 0o777),
    ],
    ids=["upwards", "absolute", "backslash", "link"],
)
def test_refuses_what_reaches_out(tmp_path, member):
    archive = packed(tmp_path / "a.whl", ("good", "x", 0), member)
    with pytest.raises(BadInput, match="a.whl: found .*(a link|the name)"):
        zip_archives.unpack(archive, tmp_path / "out", ("",), UNLIMITED)
    assert not (tmp_path / "out").exists()


def test_a_link_that_is_not_wanted_is_left(tmp_path):
    link = ("bin/npm", "../lib/npm", stat.S_IFLNK | 0o777)
    archive = packed(tmp_path / "a.whl", ("bin/node", "x", 0), link)
    zip_archives.unpack(archive, tmp_path / "out", ("bin/node",), UNLIMITED)
    assert [path.name for path in (tmp_path / "out" / "bin").iterdir()] == ["node"]


@pytest.mark.parametrize(
    "limits", [Limits(max_bytes=5), Limits(max_members=2)], ids=["bytes", "members"]
)
def test_refuses_what_is_too_large(good, limits):
    with pytest.raises(BadInput, match=f" {limits.max_bytes} bytes or {limits.max_members} "):
        zip_archives.read_files(good, ["a/one.txt"], limits, "")


@pytest.mark.parametrize("cut", [0, 10, -30], ids=["empty", "start", "without its end"])
def test_names_a_broken_archive(good, cut):
    good.write_bytes(good.read_bytes()[:cut])
    with pytest.raises(BadInput, match="a.whl: .*broken"):
        zip_archives.read_files(good, ["a/one.txt"], UNLIMITED, "")


def test_an_archive_is_unpacked_once_and_never_over_anything(good, tmp_path):
    folder = zip_archives.unpack_once(good, tmp_path / "out", UNLIMITED)
    assert folder.parent == tmp_path / "out" and folder.name.startswith("a-")
    assert contents(folder) == {"a/one.txt": b"1", "a/two.txt": b"22", "b/three.txt": b"333"}
    (folder / "a" / "one.txt").write_text("own")
    assert zip_archives.unpack_once(good, tmp_path / "out", UNLIMITED) == folder
    assert (folder / "a" / "one.txt").read_text() == "own"
    assert list((tmp_path / "out").iterdir()) == [folder]


def test_a_changed_archive_has_a_folder_of_its_own(good, tmp_path):
    first = zip_archives.unpack_once(good, tmp_path / "out", UNLIMITED)
    packed(good, ("c.txt", "new", 0))
    second = zip_archives.unpack_once(good, tmp_path / "out", UNLIMITED)
    assert first != second and contents(second) == {"c.txt": b"new"}


@pytest.mark.parametrize(
    "members",
    [
        [("good", "x", 0), ("../outside", "x", 0)],
        [("good", "x", 0), ("link", "/etc/passwd", stat.S_IFLNK | 0o777)],
        [("good", "x", 0), ("good", "y", 0)],
    ],
    ids=["outside", "link", "one name twice"],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_refused_archive_leaves_nothing(tmp_path, members):
    archive = packed(tmp_path / "a.zip", *members)
    with pytest.raises(BadInput, match="a.zip: found"):
        zip_archives.unpack_once(archive, tmp_path / "out", UNLIMITED)
    assert not list((tmp_path / "out").glob("*"))


def test_a_damaged_member_leaves_nothing(tmp_path):
    archive = packed(tmp_path / "a.zip", ("good.txt", "x" * 100, 0))
    archive.write_bytes(archive.read_bytes().replace(b"x" * 100, b"y" * 100))
    with pytest.raises(BadInput, match="a.zip: .*broken"):
        zip_archives.unpack_once(archive, tmp_path / "out", UNLIMITED)
    assert not list((tmp_path / "out").glob("*"))


def test_limits_hold_before_anything_is_written(good, tmp_path):
    with pytest.raises(BadInput, match="5 bytes"):
        zip_archives.unpack_once(good, tmp_path / "out", Limits(max_bytes=5))
    assert not list((tmp_path / "out").glob("*"))


@pytest.mark.parametrize(
    "offset, value", [(6, b"\x01\x00"), (8, b"\x09\x00")], ids=["encrypted", "Deflate64"]
)
def test_what_python_cannot_unpack_is_named(tmp_path, offset, value):
    archive = packed(tmp_path / "a.zip", ("one.txt", "1", 0))
    content = bytearray(archive.read_bytes())
    central = content.index(b"PK\x01\x02") + 2  # where the same fields stand two bytes later
    content[offset : offset + 2] = content[central + offset : central + offset + 2] = value
    archive.write_bytes(bytes(content))
    with pytest.raises(BadInput, match=r"one\.txt, encrypted or"):
        zip_archives.unpack_once(archive, tmp_path / "out", UNLIMITED)


def test_names_are_as_they_were_and_those_of_macos_are_left(tmp_path):
    archive = packed(tmp_path / "a.zip", ("Bär.txt", "1", 0), ("__MACOSX/._Bär.txt", "2", 0))
    raw = archive.read_bytes()
    for start in (b"PK\x03\x04", b"PK\x01\x02"):  # the flag that names are UTF-8, taken away
        at = raw.index(start) + (6 if start == b"PK\x03\x04" else 8)
        raw = raw[: at + 1] + b"\x00" + raw[at + 2 :]
    archive.write_bytes(raw)
    folder = zip_archives.unpack_once(archive, tmp_path / "out", UNLIMITED)
    assert contents(folder) == {"Bär.txt": b"1"}


@pytest.mark.parametrize(
    "name, content, expected",
    [
        ("a.zip", b"PK\x03\x04", True),
        ("a", b"PK\x03\x04", True),
        ("a.ZIP", b"PK\x05\x06", True),
        ("a.xlsx", b"PK\x03\x04", False),
        ("a.zip", b"<html>", False),
        ("a.zip", b"", False),
    ],
    ids=["zip", "no suffix", "empty zip", "Excel", "web page", "empty file"],
)
def test_archives_are_told_by_their_content(tmp_path, name, content, expected):
    (tmp_path / name).write_bytes(content)
    assert zip_archives.is_zip(tmp_path / name) == expected
    assert not zip_archives.is_zip(tmp_path)
