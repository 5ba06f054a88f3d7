"""What a path stands for: its content counts, not its suffix."""

import logging
import os
import shutil

import pytest

from detection.errors import InputError
from detection.images import write_image
from detection.sources.files import find
from detection.sources.opening import open_sources

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99)


@pytest.mark.parametrize(
    "content, name, kind",
    [
        ("image", "photo.jfif", "image"),
        ("image", "photo", "image"),
        ("image", "photo.mp4", "image"),
        ("video", "clip.jpg", "video"),
        ("video", "clip", "video"),
        ("text", "notes.jpg", "image"),
        ("text", "notes.mp4", "video"),
        ("HEIC", "IMG_1.HEIC", "image"),
    ],
)
def test_one_file(tmp_path, make_image, make_video, content, name, kind):
    make_image(tmp_path / "image.jpg")
    make_video(tmp_path / "video.avi", frames=2)
    (tmp_path / "text.txt").write_text("text\n" * 99)
    (tmp_path / "HEIC.heic").write_bytes(HEIC)
    (source,) = tmp_path.glob(f"{content}.*")
    shutil.copy(str(source), str(tmp_path / name))
    assert find(tmp_path / name) == (kind, [tmp_path / name])


@pytest.fixture()
def camera_roll(tmp_path, make_image, make_video):
    """A folder as a phone leaves it."""
    folder = tmp_path / "roll"
    make_image(folder / "c.png")
    make_image(tmp_path / "b.jpg")
    shutil.copy(str(tmp_path / "b.jpg"), str(folder / "b.jfif"))
    make_video(folder / "clip.avi", frames=2)
    (folder / "a.HEIC").write_bytes(HEIC)
    for name in ("notes.txt", "c.xml", ".hidden.jpg"):
        (folder / name).write_text("text")
    (folder / "deeper.jpg.d").mkdir()
    return folder


def test_a_folder_names_what_it_cannot_show(camera_roll, caplog):
    with caplog.at_level(logging.WARNING):
        found = find(camera_roll)
    assert [path.name for path in found.paths] == ["a.HEIC", "b.jfif", "c.png"]
    (said,) = caplog.messages
    assert "clip.avi" in said and "notes" not in said
    errors = []
    frames = list(open_sources([str(camera_roll)]).frames(errors.append))
    assert [frame.name for frame in frames] == ["b.jfif", "c.png"]
    (error,) = errors
    assert "a.HEIC: a HEIC" in str(error) and "heif-convert" in str(error)


def test_what_is_written_for_a_folder(run_detect, random_model, camera_roll, tmp_path):
    ran = run_detect(camera_roll, "out", "--json", "--model", random_model, "--backend", "opencv")
    assert ran.returncode == 1
    assert [line.split(":")[0] for line in ran.stderr.splitlines()] == ["detect.py"] * 2
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["b.jfif.jpg", "c.png"]


def test_many_videos_are_counted(tmp_path, make_image, caplog):
    make_image(tmp_path / "a.png")
    for number in range(9):
        (tmp_path / f"{number}.mp4").write_bytes(b"")
    find(tmp_path)
    assert "0.mp4" in caplog.text and "4 more" in caplog.text and "8.mp4" not in caplog.text


@pytest.mark.parametrize("name, hint", [("clip.mp4", "clip.mp4"), ("notes.txt", "images")])
def test_a_folder_without_images(tmp_path, name, hint):
    (tmp_path / name).write_text("text")
    with pytest.raises(InputError, match=hint):
        find(tmp_path)


@pytest.mark.parametrize(
    "name", [b"caf\xe9.", b"a:b.", b"file:c.", b"img_%03d.", b"-x.", "größe 雪.".encode()], ids=repr
)
def test_names(tmp_path, make_image, make_video, name, monkeypatch):
    """Of any bytes, and such that FFmpeg and OpenCV take for something else."""
    monkeypatch.chdir(tmp_path)
    image = make_image(tmp_path / "made.png")
    make_video(tmp_path / "made.mp4", frames=3)
    for suffix in (b"png", b"mp4"):
        os.rename(b"made." + suffix, name + suffix)
    text = os.fsdecode(name)
    frames = list(open_sources([f"./{text}png", f"{text}mp4"]).frames(print))
    assert [frame.number for frame in frames] == [None, 1, 2, 3]
    assert frames[0].image.shape == image.shape
    for frame in frames:
        frame.name.encode("utf-8")
        assert frame.name.startswith(name.decode("utf-8", "backslashreplace"))


def test_a_name_that_is_not_utf_8_through_the_whole_program(
    run_detect, random_model, make_image, make_video, tmp_path
):
    make_image(tmp_path / "made.png")
    make_video(tmp_path / "made.avi", frames=2)
    names = [b"caf\xe9.png", b"caf\xe9.avi"]
    for old, new in zip([b"made.png", b"made.avi"], names):
        os.rename(
            os.path.join(os.fsencode(str(tmp_path)), old), os.fsencode(str(tmp_path)) + b"/" + new
        )
    ran = run_detect(
        *map(os.fsdecode, names), "out", "--json", "--model", random_model, "--backend", "opencv"
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(ran.stdout.splitlines()) == 3
    assert len(list((tmp_path / "out").iterdir())) == 3


@pytest.mark.parametrize("option", ["--output", "--model"])
def test_a_name_that_opencv_cannot_take_is_refused(
    run_detect, random_model, make_video, tmp_path, refused, option
):
    make_video(tmp_path / "made.avi", frames=2)
    name = os.fsdecode(b"caf\xe9.mp4")
    shutil.copytree(str(random_model), str(tmp_path / name))
    options = {"--model": random_model, "--output": "out.mp4", option: name}
    if option == "--output":
        shutil.rmtree(str(tmp_path / name))
    ran = run_detect("made.avi", *(text for pair in options.items() for text in pair))
    refused(ran, "caf", "UTF-8")


def test_our_own_output_is_an_image_like_any_other(tmp_path, make_image):
    write_image(tmp_path / "ours.png", make_image(tmp_path / "a.png"), sign=True)
    assert find(tmp_path / "ours.png").kind == "image"
