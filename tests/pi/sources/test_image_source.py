"""Images, one after another."""

import contextlib

from detection.sources.opening import open_sources


def frames_of(source):
    errors = []
    with contextlib.closing(source):
        return list(source.frames(errors.append)), errors


def test_a_folder_in_the_order_of_names(tmp_path, make_image):
    for name in ("b.png", "a.JPG", "c.bmp", ".hidden.png", "deeper/d.png"):
        make_image(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no image")
    source = open_sources([str(tmp_path)])
    assert (source.kind, source.total) == ("folder", 3)
    frames, errors = frames_of(source)
    assert [frame.name for frame in frames] == ["a.JPG", "b.png", "c.bmp"]
    assert errors == []


def test_a_bad_image_among_good_ones(tmp_path, make_image):
    make_image(tmp_path / "a.png")
    (tmp_path / "b.jpg").write_text("text")
    make_image(tmp_path / "c.png")
    frames, errors = frames_of(open_sources([str(tmp_path)]))
    assert [frame.name for frame in frames] == ["a.png", "c.png"]
    assert len(errors) == 1
    assert "b.jpg" in str(errors[0])
