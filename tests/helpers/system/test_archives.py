"""Archives that reach outside, hold too much or are broken."""

import io
import tarfile

import pytest

from helpers.structures.errors import BadInput
from helpers.system import archives
from helpers.system.archives import Limits


def member(name, **changes):
    info = tarfile.TarInfo(name)
    for attribute, value in changes.items():
        setattr(info, attribute, value)
    return info


@pytest.mark.parametrize(
    "info, expected",
    [
        pytest.param(member("../outside"), "name ../outside,", id="parent folder"),
        pytest.param(member("/etc/outside"), "name /etc/outside,", id="absolute path"),
        pytest.param(member("a/../../outside"), "name a/../../outside,", id="parent folder below"),
        pytest.param(
            member("link", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
            "link, .*link",
            id="symbolic link",
        ),
        pytest.param(
            member("hard", type=tarfile.LNKTYPE, linkname="x"), "hard, .*link", id="hard link"
        ),
        pytest.param(member("pipe", type=tarfile.FIFOTYPE), "pipe, .*device,", id="pipe"),
    ],
)
def test_unpack_refuses_what_reaches_out(tmp_path, info, expected):
    archive = tmp_path / "in" / "model.tar.gz"
    archive.parent.mkdir()
    with tarfile.open(str(archive), "w:gz") as tar:
        tar.addfile(member("good", size=1), io.BytesIO(b"x"))
        tar.addfile(info)
    with pytest.raises(BadInput, match=f"model.tar.gz: .*{expected} "):
        archives.unpack(archive, tmp_path / "out")
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["in"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"no archive", id="text"),
        pytest.param(None, id="cut off"),
    ],
)
def test_unpack_names_a_broken_archive(tmp_path, content):
    archive = tmp_path / "model.tar.gz"
    if content is None:
        with tarfile.open(str(archive), "w:gz") as tar:
            tar.addfile(member("graph/big", size=1 << 16), io.BytesIO(bytes(range(256)) * 256))
        content = archive.read_bytes()[:-100]
    archive.write_bytes(content)
    with pytest.raises(BadInput, match="model.tar.gz: .*cut off"):
        archives.unpack(archive, tmp_path / "out")


def test_unpack_writes_files_and_folders(tmp_path):
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(str(archive), "w:gz") as tar:
        tar.addfile(member("graph", type=tarfile.DIRTYPE, mode=0o755))
        tar.addfile(member("graph/a", size=3), io.BytesIO(b"abc"))
    assert archives.unpack(archive, tmp_path / "out") == {"graph/a": 3}
    assert (tmp_path / "out" / "graph" / "a").read_bytes() == b"abc"


@pytest.mark.parametrize(
    "limits, size, members, exceeded",
    [
        pytest.param(Limits(), 1 << 60, 1 << 30, False, id="no limit"),
        pytest.param(Limits(max_bytes=10), 10, 99, False, id="as large as allowed"),
        pytest.param(Limits(max_bytes=10), 11, 1, True, id="too large"),
        pytest.param(Limits(max_members=2), 99, 3, True, id="too many"),
    ],
)
def test_limits(limits, size, members, exceeded):
    assert limits.exceeded(size, members) == exceeded


@pytest.fixture()
def packed(tmp_path):
    archive = tmp_path / "package.tgz"
    with tarfile.open(str(archive), "w:gz") as tar:
        tar.addfile(member("package/a", size=3), io.BytesIO(b"abc"))
        tar.addfile(member("package/b", size=2), io.BytesIO(b"de"))
    return archive


def test_read_files_gives_those_that_are_there(packed):
    found = archives.read_files(packed, ["package/b", "none"], Limits(), "")
    assert found == {"package/b": b"de"}


@pytest.mark.parametrize(
    "limits", [Limits(max_bytes=4), Limits(max_members=1)], ids=["bytes", "members"]
)
def test_read_files_refuses_what_is_too_large(packed, limits):
    with pytest.raises(
        BadInput, match=f"package.tgz: .* {limits.max_bytes} bytes or {limits.max_members} "
    ):
        archives.read_files(packed, ["package/a"], limits, "")
