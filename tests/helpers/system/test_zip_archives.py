"""Zip archives that reach outside, hold too much or are broken."""

import stat
import zipfile

import pytest

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
