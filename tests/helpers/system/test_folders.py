"""A folder in the place of another, with and without a system that exchanges them."""

import pytest
from builders import names_in

from helpers.system import folders


@pytest.fixture(params=[True, False], ids=["exchanged", "renamed"])
def exchanging(request, monkeypatch):
    """Without the exchange of this system, where it has one, too."""
    if not request.param:
        monkeypatch.setattr(folders, "_exchanged", lambda one, other: False)


def folder(path, name):
    path.mkdir()
    (path / name).write_text(name)
    return path


@pytest.mark.parametrize("former", [True, False], ids=["a former one", "none"])
def test_the_complete_folder_is_there_and_nothing_else(tmp_path, exchanging, former):
    if former:
        folder(tmp_path / "model", "old")
    folders.replace(folder(tmp_path / "part", "new"), tmp_path / "model")
    assert names_in(tmp_path) == ["model"] and names_in(tmp_path / "model") == ["new"]


def test_what_cannot_be_moved_leaves_the_former(tmp_path, exchanging):
    folder(tmp_path / "model", "old")
    with pytest.raises(OSError):
        folders.replace(tmp_path / "none", tmp_path / "model")
    assert names_in(tmp_path) == ["model"] and names_in(tmp_path / "model") == ["old"]


def test_linux_exchanges(tmp_path):
    one, other = folder(tmp_path / "one", "a"), folder(tmp_path / "other", "b")
    if not folders._exchanged(one, other):
        pytest.skip("this system or file system cannot exchange two folders")
    assert (names_in(one), names_in(other)) == (["b"], ["a"])
