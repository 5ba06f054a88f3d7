"""Archives made by a hostile hand, or cut off on the way: nothing of them reaches the disk."""

import contextlib
import io
import re
import tarfile

import pytest
from builders import names_in
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.pretrained import zoo_archive
from helpers.structures.errors import BadInput
from helpers.system.archives import Limits

NAME = "ssd_mobilenet_v2_coco_2018_03_29"
GOOD = {
    f"{NAME}/{name}": name.encode()
    for name in (
        "model.ckpt.index",
        "model.ckpt.data-00000-of-00001",
        "model.ckpt.meta",
        "pipeline.config",
    )
}
WRITTEN = [
    "model.ckpt.data-00000-of-00001",
    "model.ckpt.index",
    "model.ckpt.meta",
    "pipeline.config",
]


def member(name, content=b"", kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(content), kind, link
    return info, content


def archive(path, members=(), files=GOOD, compression="gz"):
    with tarfile.open(str(path), f"w:{compression}") as tar:
        for info, content in [
            *(member(name, content) for name, content in files.items()),
            *members,
        ]:
            tar.addfile(info, io.BytesIO(content))
    return path


@pytest.fixture()
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.mark.parametrize("compression", ["gz", "xz", ""], ids=["gz", "xz", "uncompressed"])
def test_the_checkpoint_and_its_config_are_extracted(tmp_path, out, compression):
    path = archive(
        tmp_path / "a.tar.gz",
        compression=compression,
        members=[
            member(NAME, kind=tarfile.DIRTYPE),
            member(f"{NAME}/frozen_inference_graph.pb", b"pb"),
            member(f"{NAME}/saved_model/variables/model.ckpt.index", b"deeper"),
            member(f"{NAME}/checkpoint", b"state"),
        ],
    )
    assert zoo_archive.extract_checkpoint(path, out) == [out / name for name in WRITTEN]
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        name: name.encode() for name in WRITTEN
    }


@pytest.mark.parametrize(
    "prefix", ["", "./", f"./{NAME}/"], ids=["no folder", "dot", "dot and folder"]
)
def test_any_folder_of_the_archive(tmp_path, out, prefix):
    files = {prefix + name.split("/")[1]: content for name, content in GOOD.items()}
    assert zoo_archive.extract_checkpoint(archive(tmp_path / "a.tar.gz", files=files), out)


def test_a_checkpoint_with_its_step_gets_the_name_we_use(tmp_path, out):
    files = {
        name.replace("model.ckpt", "model.ckpt-400000"): content for name, content in GOOD.items()
    }
    zoo_archive.extract_checkpoint(archive(tmp_path / "a.tar.gz", files=files), out)
    assert names_in(out) == WRITTEN


LINKS = [
    member("a/model.ckpt.index", kind=tarfile.SYMTYPE, link="/etc/passwd"),
    member("a/inner", kind=tarfile.SYMTYPE, link="pipeline.config"),
    member("a/hard", kind=tarfile.LNKTYPE, link="../../outside"),
    member("a/null", kind=tarfile.CHRTYPE),
    member("a/disk", kind=tarfile.BLKTYPE),
    member("a/pipe", kind=tarfile.FIFOTYPE),
]
ESCAPES = [
    member(name, b"x")
    for name in (
        "../model.ckpt.index",
        "/etc/cron.d/x",
        "a/../../x",
        "..\\x",
        "C:\\x",
        "a/..",
        "//x",
    )
]


@pytest.mark.parametrize("evil", LINKS + ESCAPES, ids=lambda pair: pair[0].name)
def test_links_devices_and_paths_outside_are_refused(tmp_path, out, evil):
    with pytest.raises(BadInput, match=f"a.tar.gz: .*{re.escape(evil[0].name)}"):
        zoo_archive.extract_checkpoint(archive(tmp_path / "a.tar.gz", [evil], {}), out)
    assert list(out.iterdir()) == []
    assert names_in(tmp_path) == ["a.tar.gz", "out"]


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.sampled_from("./\\aC:"), min_size=1, max_size=12),
    st.sampled_from([tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE]),
)
def test_nothing_is_ever_written_under_a_name_of_the_archives(tmp_path_factory, name, kind):
    folder = tmp_path_factory.mktemp("archive")
    (folder / "out").mkdir()
    path = archive(folder / "a.tar.gz", [member(name, b"", kind, "../outside")])
    with contextlib.suppress(BadInput):
        zoo_archive.extract_checkpoint(path, folder / "out")
    assert names_in(folder) == ["a.tar.gz", "out"]
    assert set(names_in(folder / "out")) <= set(WRITTEN)


@pytest.mark.parametrize("limit, value", [("max_bytes", 70), ("max_members", 3)])
def test_too_many_bytes_or_files_are_refused(tmp_path, out, monkeypatch, limit, value):
    monkeypatch.setattr(zoo_archive, "LIMITS", Limits(**{limit: value}))
    with pytest.raises(BadInput, match=f"a.tar.gz: .*more than .*{value}"):
        zoo_archive.extract_checkpoint(archive(tmp_path / "a.tar.gz"), out)


def test_a_bomb_is_refused_before_it_goes_off(tmp_path, out, monkeypatch):
    """A header that promises more than there is room for; its bytes are never read."""
    monkeypatch.setattr(zoo_archive, "LIMITS", Limits(max_bytes=1 << 20))
    info, _ = member(f"{NAME}/frozen_inference_graph.pb")
    info.size = 1 << 40
    path = tmp_path / "a.tar.gz"
    with tarfile.open(str(path), "w:gz") as tar:
        tar.fileobj.write(info.tobuf())
    with pytest.raises(BadInput, match="more than 1048576 bytes"):
        zoo_archive.extract_checkpoint(path, out)


@pytest.mark.parametrize(
    "without", ["model.ckpt.index", "model.ckpt.data-00000-of-00001", "pipeline.config"]
)
def test_an_archive_without_a_whole_checkpoint(tmp_path, out, without):
    files = {name: content for name, content in GOOD.items() if not name.endswith(without)}
    rest = [name for name in WRITTEN if name != without]
    with pytest.raises(BadInput, match=rf"no whole .*\({', '.join(rest)}\), expected"):
        zoo_archive.extract_checkpoint(archive(tmp_path / "a.tar.gz", files=files), out)


@pytest.mark.parametrize(
    "second",
    [f"{NAME}/model.ckpt-7.index", "other/pipeline.config"],
    ids=["checkpoints", "configs"],
)
def test_two_of_a_kind_are_ambiguous(tmp_path, out, second):
    with pytest.raises(BadInput, match=f"{second} beside another"):
        zoo_archive.extract_checkpoint(archive(tmp_path / "a.tar.gz", [member(second, b"x")]), out)


def test_an_archive_cut_off_anywhere(tmp_path, out):
    whole = archive(tmp_path / "whole.tar.gz").read_bytes()
    for size in range(0, len(whole), 7):
        (tmp_path / "a.tar.gz").write_bytes(whole[:size])
        with pytest.raises(BadInput, match="a.tar.gz: .*(cut off|no whole)"):
            zoo_archive.extract_checkpoint(tmp_path / "a.tar.gz", out)


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>404</html>", b"PK\x03\x04zip", b"\x1f\x8bxx"],
    ids=["empty", "HTML", "ZIP", "gzip header only"],
)
def test_other_files_are_refused(tmp_path, out, content):
    (tmp_path / "a.tar.gz").write_bytes(content)
    with pytest.raises(BadInput, match="a.tar.gz: .*cut off"):
        zoo_archive.extract_checkpoint(tmp_path / "a.tar.gz", out)
