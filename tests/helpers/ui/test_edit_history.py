"""Undo and redo: files go back byte for byte, and nothing of somebody else is written over."""

import pytest

from helpers.structures.errors import BadInput
from helpers.ui.edit_history import AT_ONCE, Edit, EditHistory, content_of


class Clock:
    """Tells the time that a test sets."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def history(clock):
    return EditHistory(clock)


@pytest.fixture
def write(tmp_path, history):
    """``write("a", b"...")``: changes a file, ``None`` removes it, and remembers that."""

    def change(name, content, what=""):
        path = tmp_path / f"{name}.xml"
        before = content_of(path)
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
        history.add(Edit(f"{name}.jpg", {path: before}, {path: content}, what))
        return path

    return change


def test_a_file_that_did_not_exist_goes_away_and_comes_back(history, write):
    path = write("a", b"<one/>")
    assert history.undo() == "a.jpg" and not path.exists()
    assert history.undo() is None
    assert history.redo() == "a.jpg" and path.read_bytes() == b"<one/>"
    assert history.redo() is None


def test_a_file_that_existed_is_back_byte_for_byte(tmp_path, history, write):
    original = b"\xef\xbb\xbf<annotation>\r\n\t<!-- mine --></annotation>"
    (tmp_path / "a.xml").write_bytes(original)
    path = write("a", b"<two/>")
    assert history.undo() == "a.jpg" and path.read_bytes() == original


def test_a_removed_file_is_back(tmp_path, history, write):
    (tmp_path / "a.xml").write_bytes(b"<one/>")
    path = write("a", None)
    assert history.undo() == "a.jpg" and path.read_bytes() == b"<one/>"
    assert history.redo() == "a.jpg" and not path.exists()


def test_levels_are_undone_in_reverse_over_several_images(history, write):
    for name, content in (("a", b"1"), ("a", b"2"), ("b", b"3")):
        path = write(name, content)
    assert [history.undo() for _ in range(4)] == ["b.jpg", "a.jpg", "a.jpg", None]
    assert not path.exists()


def test_what_was_undone_is_gone_once_something_else_is_done(history, write):
    write("a", b"1")
    history.undo()
    write("b", b"2")
    assert history.redo() is None
    assert [history.undo(), history.undo()] == ["b.jpg", None]


def test_an_edit_without_files_leads_back_to_its_image(history):
    history.add(Edit("a.jpg", {}, {}))
    assert history.undo() == "a.jpg"
    assert history.redo() == "a.jpg"


@pytest.mark.parametrize(
    "first, second, pause, levels",
    [
        ("box 1", "box 1", AT_ONCE / 2, 1),
        ("box 1", "box 1", AT_ONCE * 2, 2),
        ("box 1", "box 2", 0.0, 2),
        ("", "", 0.0, 2),
    ],
    ids=["held-key", "two-moves", "two-boxes", "two-drawn"],
)
def test_a_movement_in_many_steps_is_one_edit(history, write, clock, first, second, pause, levels):
    path = write("a", b"1", first)
    clock.now = pause
    write("a", b"2", second)
    done = 0
    while history.undo():
        done += 1
    assert done == levels and not path.exists()


@pytest.mark.parametrize("act", ["undo", "redo"])
def test_a_file_that_somebody_else_changed_stays(history, write, act):
    write("b", b"0")
    path = write("a", b"1")
    if act == "redo":
        history.undo()
    path.write_bytes(b"theirs")
    with pytest.raises(BadInput, match=r"a\.xml"):
        getattr(history, act)()
    assert path.read_bytes() == b"theirs"
    assert history.undo() == "b.jpg"  # given up; what was before can still be undone


def test_a_file_that_cannot_be_removed_can_be_undone_later(history, write, monkeypatch):
    path = write("a", b"1")
    with monkeypatch.context() as patched:
        patched.setattr(type(path), "unlink", lambda self: (self / "below").read_bytes())
        with pytest.raises(BadInput, match=r"a\.xml"):
            history.undo()
    assert history.undo() == "a.jpg" and not path.exists()
