"""What a choice depends on, and where it is kept."""

import json

import pytest

from detection.backends import choice_cache
from detection.backends.model_bundle import read_bundle
from detection.backends.settings import DEFAULTS, Settings

NAMES = ("opencv", "tflite")
CHOICE = ("opencv", "9 ms an image")


@pytest.fixture()
def kept(tmp_path, monkeypatch):
    """The file in which choices are kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CACHE_DIRECTORY", raising=False)
    return tmp_path / "home" / "photos-to-pi" / "backends.json"


def test_kept_and_read_again(kept):
    assert choice_cache.read("one") is None
    choice_cache.write("one", CHOICE)
    choice_cache.write("two", ("tflite", "4 ms an image"))
    assert kept.exists()
    assert choice_cache.read("one") == CHOICE
    assert choice_cache.read("two") == ("tflite", "4 ms an image")


def test_the_folder_that_systemd_gives(kept, tmp_path, monkeypatch):
    monkeypatch.setenv("CACHE_DIRECTORY", f"{tmp_path / 'own'}:{tmp_path / 'other'}")
    choice_cache.write("one", CHOICE)
    assert (tmp_path / "own" / "backends.json").exists() and not kept.exists()


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"one": "opencv"}', '{"one": ["opencv"]}', '{"one": ["opencv", 3]}'],
    ids=["empty", "a list", "cut short", "a text", "no reason", "a number"],
)
def test_a_damaged_file_is_as_none(kept, content):
    kept.parent.mkdir(parents=True)
    kept.write_text(content)
    assert choice_cache.read("one") is None
    choice_cache.write("one", CHOICE)
    assert choice_cache.read("one") == CHOICE


def test_a_place_that_cannot_be_written(kept):
    kept.parent.parent.write_text("a file where the folder should be")
    choice_cache.write("one", CHOICE)
    assert choice_cache.read("one") is None


def test_the_oldest_make_room(kept):
    for number in range(30):
        choice_cache.write(str(number), CHOICE)
    assert list(json.loads(kept.read_text())) == [str(number) for number in range(10, 30)]


def test_what_it_depends_on(model, seal, monkeypatch):
    def key(names=NAMES, settings=DEFAULTS):
        return choice_cache.key(read_bundle(model), names, settings)

    keys = [key(), key(NAMES[:1]), key(settings=Settings(threads=64))]
    keys.append(key(settings=Settings(opencv_backend="opencv")))
    monkeypatch.setattr(choice_cache, "_RUNTIME_PACKAGES", ("json",))
    keys.append(key())
    description = json.loads((model / "model.json").read_text())
    (model / "model.json").write_text(json.dumps({**description, "threshold": 0.5}))
    keys.append(key())
    assert len(set(keys)) == len(keys)
    assert key() == key()
