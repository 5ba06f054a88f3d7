"""Which arguments are SOURCEs, and when the last one is the OUTPUT."""

import logging

import pytest

from detection.images import write_image
from detection.options.positional_output import split


@pytest.fixture()
def folder(tmp_path, make_image, make_video, monkeypatch):
    """``a.png`` and ``b.png`` of the user, ``ours.png`` and ``ours2.png`` of ours, and folders."""
    monkeypatch.chdir(tmp_path)
    image = make_image(tmp_path / "a.png")
    for name in ("b.png", "photos/1.png", "mixed/1.png"):
        make_image(tmp_path / name)
    make_video(tmp_path / "clip.avi", frames=1)
    for name in ("annotated", "empty", "2024"):
        (tmp_path / name).mkdir()
    for name in ("ours.png", "ours2.png", "annotated/1.png", "mixed/2.png"):
        write_image(tmp_path / name, image, sign=True)
    (tmp_path / "annotated" / "notes.txt").write_text("no image")
    return tmp_path


@pytest.mark.parametrize(
    "arguments, outputs",
    [
        pytest.param([], 0, id="nothing"),
        pytest.param(["a.png"], 0, id="one source"),
        pytest.param(["new.png"], 0, id="one that is missing"),
        pytest.param(["a.png", "b.png"], 0, id="two photos"),
        pytest.param(["a.png", "new.png"], 1, id="new image"),
        pytest.param(["a.png", "b.png", "photos", "new"], 1, id="new folder"),
        pytest.param(["0", "new.mp4"], 1, id="camera to video"),
        pytest.param(["a.png", "ours.png"], 1, id="our image again"),
        pytest.param(["a.png", "b.png", "ours.png"], 0, id="several sources and our image"),
        pytest.param(["ours.png", "ours2.png"], 0, id="two of ours"),
        pytest.param(["photos", "annotated"], 1, id="our folder again"),
        pytest.param(["a.png", "b.png", "annotated/"], 1, id="several into our folder"),
        pytest.param(["photos", "empty"], 1, id="empty folder"),
        pytest.param(["annotated", "mixed"], 0, id="folders with images of the user"),
        pytest.param(["a.png", "clip.avi"], 0, id="video of the user"),
        pytest.param(["a.png", "7"], 0, id="camera"),
        pytest.param(["a.png", "2024"], 1, id="folder called by a number"),
        pytest.param(["a.png", "http://127.0.0.1:8000"], 0, id="stream"),
    ],
)
def test_the_last_argument(folder, arguments, outputs):
    cut = len(arguments) - outputs
    assert split(arguments) == (arguments[:cut], arguments[cut:])


def test_a_folder_that_is_not_ours_is_said_to_be_a_source(folder, caplog):
    with caplog.at_level(logging.WARNING):
        split(["a.png", "mixed"])
    assert "mixed: " in caplog.text and "--output mixed" in caplog.text


def test_photos_of_a_pattern_are_sources_and_stay(run_detect, photos, random_model):
    """As ``detect.py *.jpg`` in a folder of two."""
    paths = sorted(photos.iterdir())[:2]
    before = [path.read_bytes() for path in paths]
    ran = run_detect(*paths, "--model", random_model, "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(ran.stdout.splitlines()) == 2
    assert [path.read_bytes() for path in paths] == before


def test_a_second_run_writes_over_the_first(run_detect, photos, random_model, tmp_path):
    first = sorted(photos.iterdir())[0]
    for _ in range(2):
        for output in ("out.png", "out"):
            ran = run_detect(first, output, "--model", random_model)
            assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [first.name]
