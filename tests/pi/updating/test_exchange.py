"""Two folders change places in one go, or nothing happens."""

import os
import threading

import pytest

from detection.errors import InputError
from detection.updating import exchange


@pytest.fixture()
def folders(tmp_path):
    for name in ("new", "current"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "name").write_text(name)
    return tmp_path / "new", tmp_path / "current"


def test_they_change_places(folders):
    new, current = folders
    exchange.put_in_place(new, current)
    assert (current / "name").read_text() == "new"
    assert (new / "name").read_text() == "current"


def test_where_there_is_none_it_is_moved(folders):
    new, current = folders
    target = current.with_name("first")
    exchange.put_in_place(new, target)
    assert (target / "name").read_text() == "new" and not new.exists()


def test_there_is_one_at_every_moment(folders):
    new, current = folders
    seen, done = set(), threading.Event()

    def look():
        while not done.is_set():
            descriptor = os.open(str(current / "name"), os.O_RDONLY)
            seen.add(os.read(descriptor, 10))
            os.close(descriptor)
        seen.add("looked to the end")

    watching = threading.Thread(target=look)
    watching.start()
    for _ in range(2000):
        exchange._exchange(new, current)
    done.set()
    watching.join()
    assert seen == {b"new", b"current", "looked to the end"}


def test_a_system_that_cannot_is_told_so(folders, monkeypatch):
    monkeypatch.setattr(exchange.ctypes, "CDLL", lambda *_, **__: object())
    with pytest.raises(InputError, match="ext4"):
        exchange.put_in_place(*folders)
    assert (folders[1] / "name").read_text() == "current"


def test_a_folder_that_is_gone_is_told_as_such(folders):
    with pytest.raises(FileNotFoundError):
        exchange._exchange(folders[0].with_name("gone"), folders[1])
