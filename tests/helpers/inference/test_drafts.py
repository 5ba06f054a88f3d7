"""Drafts on disk: one file a photo, scores only on what the model drew, least certain first."""

import json

import pytest
from builders import rows_of

from helpers.inference import drafts
from helpers.inference.drafts import Draft, DraftFolder
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput


def detected(path="a.jpg", scores=(0.9, 0.7)):
    objects = LabeledBoxes([[1, 2, 30, 40]] * len(scores), ["cat"] * len(scores), list(scores))
    return ImageRecord(path, 64, 48, objects)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "img").mkdir()
    return DraftFolder(tmp_path / "drafts", tmp_path / "img")


@pytest.mark.parametrize("path", ["a.jpg", "sub/b.jpg"], ids=["plain", "subfolder"])
@pytest.mark.parametrize("scores", [(0.9, 0.7), ()], ids=["two", "none"])
def test_what_is_written_is_read_back(folder, path, scores):
    folder.write(Draft.of(detected(path, scores), 1.5, "key"))
    draft = folder.read(path)
    assert (draft.uncertainty, draft.key, draft.edited) == (1.5, "key", False)
    assert rows_of(draft.record) == [("cat", 1, 2, 30, 40)] * len(scores)
    assert [drafts.is_draft(draft.record.objects, i) for i in range(len(scores))] == [True] * len(
        scores
    )
    assert draft.record.objects.scores is None
    assert folder.paths() == [path]


def test_a_decided_box_is_a_draft_no_longer(folder):
    record = Draft.of(detected(), 0.0, "key").record
    objects = drafts.decided(record.objects, [True, False])
    folder.write(Draft(ImageRecord("a.jpg", 64, 48, objects), 0.0, "key", edited=True))
    draft = folder.read("a.jpg")
    assert draft.edited
    assert [drafts.is_draft(draft.record.objects, index) for index in (0, 1)] == [False, True]
    assert len(drafts.without_drafts(draft.record).objects) == 1
    scores = [one["score"] for one in json.loads(folder.file_of("a.jpg").read_text())["objects"]]
    assert scores == [None, 0.7]


def test_a_record_without_drafts_keeps_what_else_it_has(record):
    annotated = record("a.jpg", ("cat", 1, 2, 3, 4), extras=({"voc": {"pose": "Left"}},))
    assert drafts.without_drafts(annotated).objects.extras == ({"voc": {"pose": "Left"}},)
    assert drafts.decided(annotated.objects, [True]).extras == ({"voc": {"pose": "Left"}},)


def test_the_least_certain_photo_comes_first(folder):
    for name, uncertainty in (("a.jpg", 0.5), ("b.jpg", 2.0), ("c.jpg", 0.5)):
        folder.write(Draft.of(detected(name), uncertainty, "key"))
    assert folder.least_certain_first() == ["b.jpg", "a.jpg", "c.jpg"]
    folder.remove("b.jpg")
    folder.remove("b.jpg")
    assert folder.read("b.jpg") is None and folder.least_certain_first() == ["a.jpg", "c.jpg"]


def test_photos_of_the_same_name_elsewhere_have_drafts_of_their_own(folder, tmp_path):
    folder.write(Draft.of(detected(), 0.5, "key"))
    assert DraftFolder(tmp_path / "drafts", tmp_path / "other").paths() == []
    assert DraftFolder(tmp_path / "drafts", tmp_path / "sub" / ".." / "img").paths() == ["a.jpg"]


@pytest.mark.parametrize(
    "text", ["{", "{}", "[]", '{"objects": 3}'], ids=["broken", "empty", "a-list", "number"]
)
def test_a_file_that_holds_no_drafts_is_named(folder, text):
    file = folder.file_of("a.jpg")
    file.parent.mkdir(parents=True)
    file.write_text(text)
    with pytest.raises(BadInput, match=r"a\.jpg\.json"):
        folder.read("a.jpg")


def test_drafts_have_scores():
    with pytest.raises(ValueError, match="scores"):
        Draft.of(ImageRecord("a.jpg", 4, 4), 0.0, "key")
