"""Drafts of the device come home as drafts, and never as annotations."""

import importlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.annotations.formats import voc, voc_parser
from helpers.annotations.image_index import ImageIndex
from helpers.inference.collected import KEY, take_over
from helpers.inference.drafts import DraftFolder
from helpers.ui.annotation_editor import AnnotationEditor

PI = Path(__file__).resolve().parents[3] / "pi"


@pytest.fixture
def pi_modules(monkeypatch):
    monkeypatch.syspath_prepend(str(PI))
    names = ("sinks.draft_xml", "structures")
    return [importlib.import_module(f"detection.{name}") for name in names]


@pytest.fixture
def device(pi_modules):
    """What ``detect.py --collect`` writes, by its own code."""
    draft_xml, structures = pi_modules

    def write(folder, name, *detections, size=(40, 30), uncertainty=0.5):
        for part in ("img", "drafts"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30)).save(str(folder / "img" / name))
        found = [structures.Detection(*detection) for detection in detections]
        draft = draft_xml.Draft(name, size, found, uncertainty, np.zeros((16, 16)))
        path = (folder / "drafts" / name).with_suffix(".xml")
        path.write_text(draft_xml.as_xml(draft), encoding="utf-8")
        return path

    return write


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


def came_home(home, waiting=None):
    index = ImageIndex(home / "img")
    place = DraftFolder(home / "work", home / "img")
    return take_over(index, index.paths if waiting is None else waiting, place), list(place)


def test_drafts_are_drafts(device, home):
    device(home, "a.jpg", ("cup", 0.75, (1, 2, 30, 20)), ("B\u00e4r", 0.625, (5, 5, 9, 9)))
    device(home, "b.jpg", uncertainty=0.9)
    result, drafts = came_home(home)
    assert (result.new, result.unreadable) == (2, ())
    first, second = drafts
    assert first.record.path == "a.jpg" and first.record.objects.labels == ("cup", "B\u00e4r")
    assert first.record.objects.boxes.tolist() == [[1, 2, 30, 20], [5, 5, 9, 9]]
    assert [extra["draft"] for extra in first.record.objects.extras] == [0.75, 0.625]
    assert (first.uncertainty, first.key, first.edited) == (0.5, KEY, False)
    assert len(second.record.objects) == 0 and second.uncertainty == 0.9


def test_the_annotator_shows_them_least_certain_first(device, home):
    device(home, "a.jpg", ("cup", 0.9, (1, 2, 30, 20)))
    device(home, "b.jpg", ("cup", 0.6, (1, 2, 30, 20)), uncertainty=0.9)
    came_home(home)
    editor = AnnotationEditor(home / "img", home / "xml", home / "work")
    assert editor.paths == ["b.jpg", "a.jpg"]
    assert not any(map(editor.is_annotated, editor.paths))
    assert editor.open("b.jpg").record.objects.labels == ("cup",)


def test_no_reader_of_annotations_counts_them(device, home):
    path = device(home, "a.jpg", ("cup", 0.9, (1, 2, 30, 20)))
    read = voc.read(home / "drafts", home / "img")
    assert not read.records
    assert [finding.code for finding in read.findings][:1] == ["annotation-draft"]
    saved = path.read_text().replace(voc_parser.DRAFT, "Unknown")  # as LabelImg does
    path.write_text(saved)
    (record,) = voc.read(home / "drafts", home / "img").records
    assert record.objects.labels == ("cup",)
    assert came_home(home)[0].new == 0


def test_what_is_there_already_stays(device, home):
    device(home, "a.jpg", ("cup", 0.9, (1, 2, 30, 20)))
    device(home, "annotated.jpg", ("cup", 0.9, (1, 2, 30, 20)))
    assert came_home(home, ["a.jpg"])[0].new == 1
    device(home, "a.jpg", ("dog", 0.9, (1, 2, 30, 20)))
    result, (draft,) = came_home(home, ["a.jpg"])
    assert result.new == 0 and draft.record.objects.labels == ("cup",)


def test_a_photo_that_is_not_there(device, home):
    device(home, "a.jpg")
    (home / "img" / "a.jpg").rename(home / "img" / "other.jpg")
    assert came_home(home) == ((0, ()), [])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("<score>", "<skore>").replace("</score>", "</skore>"),
        lambda text: text.replace("<width>40", "<width>41"),
        lambda text: text.replace("<uncertainty>0", "<uncertainty>x"),
    ],
    ids=["cut short", "no score", "a photo of another size", "no number"],
)
def test_a_broken_file_stops_no_other(device, home, change):
    path = device(home, "a.jpg", ("cup", 0.9, (1, 2, 30, 20)))
    path.write_text(change(path.read_text()))
    device(home, "b.jpg")
    result, drafts = came_home(home)
    assert [draft.record.path for draft in drafts] == ["b.jpg"]
    assert len(result.unreadable) == 1 and str(path) in result.unreadable[0]


def test_the_mark_is_that_of_the_device(pi_modules):
    assert pi_modules[0].DATABASE == voc_parser.DRAFT
