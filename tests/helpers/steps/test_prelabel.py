"""Pre-labels: drafts for photos without XML alone, kept apart, and safe to be made again."""

import os
import shutil

import pytest
from PIL import Image

from helpers.annotations.formats import voc
from helpers.annotations.image_index import ImageIndex
from helpers.inference.drafts import DraftFolder
from helpers.steps.prelabel import PrelabelOptions, prelabel
from helpers.structures.dataset import DatasetFolders
from helpers.structures.errors import BadInput

OPTIONS = PrelabelOptions(threshold=0.3, backend="opencv")


@pytest.fixture
def folders(tmp_path, sample_folder):
    """Four photos, the first of which is annotated."""
    for path in sorted((sample_folder / "img").iterdir())[:4]:
        (tmp_path / "img").mkdir(exist_ok=True)
        shutil.copy(str(path), str(tmp_path / "img"))
    (tmp_path / "xml").mkdir()
    shutil.copy(str(sorted((sample_folder / "annotations").iterdir())[0]), str(tmp_path / "xml"))
    return DatasetFolders(tmp_path / "xml", tmp_path / "img")


@pytest.fixture
def run(tmp_path, exported, folders, annotate_in_model_classes):
    """``run(threshold=...)``: makes drafts by a model of random weights."""

    def make(graph=exported.folder, **options):
        return prelabel(graph, folders, tmp_path / "drafts", OPTIONS._replace(**options))

    return make


@pytest.fixture
def annotate_in_model_classes(folders):
    """The XML has a class of the model, and one that the model does not know."""
    path = next(folders.annotations.iterdir())
    record, _ = voc.read_one(path, ImageIndex(folders.images))
    text = path.read_text()
    for number, label in enumerate(dict.fromkeys(record.objects.labels)):
        name = ("disc", "apple")[number % 2]
        text = text.replace(f"<name>{label}</name>", f"<name>{name}</name>")
    if "<name>apple</name>" not in text:
        text = text.replace("<name>disc</name>", "<name>apple</name>", 1)
        text = text.replace("</annotation>", _OBJECT + "</annotation>")
    path.write_text(text)
    return path


_OBJECT = (
    "<object><name>disc</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>50</xmax><ymax>50</ymax>"
    "</bndbox></object>"
)


def content(folder):
    """Every file below a folder, with its bytes."""
    return {
        os.path.join(root, name): open(os.path.join(root, name), "rb").read()
        for root, _, names in os.walk(str(folder))
        for name in names
    }


def test_photos_without_xml_get_drafts_and_nothing_else_changes(run, folders, tmp_path):
    before = content(folders.annotations), content(folders.images)
    made = run()
    assert (made.new, made.annotated, made.problem) == (3, 1, "")
    assert (content(folders.annotations), content(folders.images)) == before
    names = sorted(path.name for path in folders.images.iterdir())
    assert sorted(draft.record.path for draft in made.drafts) == names[1:]
    uncertainties = [draft.uncertainty for draft in made.drafts]
    assert uncertainties == sorted(uncertainties, reverse=True) and uncertainties[0] > 0
    assert list(made.times) == ["opencv"]


def test_drafts_have_the_classes_of_the_user_and_the_rest_is_said(run):
    made = run()
    assert {label for draft in made.drafts for label in draft.record.objects.labels} == {"disc"}
    assert "disc" not in made.only_model and "square" in made.only_model
    assert made.only_user == ("apple",)
    assert "apple" in made.as_text() and "square" in made.as_text()
    more = run(classes="square, pear")
    labels = {label for draft in more.drafts for label in draft.record.objects.labels}
    assert labels == {"disc", "square"}
    assert more.only_user == ("apple", "pear")


def test_without_classes_of_the_user_all_of_the_model_count(run, folders):
    shutil.rmtree(str(folders.annotations))
    made = run()
    labels = {label for draft in made.drafts for label in draft.record.objects.labels}
    assert len(labels) > 1 and (made.annotated, made.only_model, made.only_user) == (0, (), ())


def test_scores_of_drafts_are_at_least_the_threshold(run):
    def scores(made):
        return [
            extra["draft"] for draft in made.drafts for extra in draft.record.objects.extras or ()
        ]

    few, many = scores(run(threshold=0.6)), scores(run(threshold=0.2))
    assert 0 < len(few) < len(many)
    assert min(few) >= 0.6 and 0.2 <= min(many) < 0.6


def test_made_again_only_what_is_missing_is_detected(run, tmp_path, folders):
    first = run()
    place = DraftFolder(tmp_path / "drafts", folders.images)
    place.remove(first.drafts[0].record.path)
    again = run()
    assert again.new == 1 and again.rows() == first.rows()
    assert run().new == 0 and run().times == {}
    assert run(threshold=0.35).new == 3


def test_a_photo_annotated_meanwhile_drops_out(run, folders, tmp_path, annotate_in_model_classes):
    first = run()
    path = first.drafts[0].record.path
    annotated = folders.annotations / f"{path.rpartition('.')[0]}.xml"
    annotated.write_text(f"<annotation><filename>{path}</filename></annotation>")
    again = run()
    assert (again.new, again.annotated, len(again.drafts)) == (0, 2, 2)
    assert path not in DraftFolder(tmp_path / "drafts", folders.images).paths()
    assert "filename" in annotated.read_text()


def test_what_a_person_changed_stays(run, folders, tmp_path):
    from dataclasses import replace

    place = DraftFolder(tmp_path / "drafts", folders.images)
    draft = run().drafts[0]
    place.write(replace(draft, edited=True))
    before = content(tmp_path / "drafts")[str(place.file_of(draft.record.path))]
    assert run(threshold=0.35).new == 2
    assert content(tmp_path / "drafts")[str(place.file_of(draft.record.path))] == before


def test_a_photo_that_cannot_be_read_is_named(run, folders):
    broken = sorted(folders.images.iterdir())[1]
    broken.write_bytes(broken.read_bytes()[:300])
    made = run()
    assert made.new == 2 and len(made.unreadable) == 1
    assert broken.name in made.as_text()


def test_without_a_model_the_reason_is_said(run, tmp_path):
    made = run(graph=tmp_path / "none")
    assert "none" in made.problem and made.as_text() == made.problem and made.rows() == []
    assert not (tmp_path / "drafts").exists()


def test_a_model_of_other_classes_drafts_nothing(run, folders):
    path = next(folders.annotations.iterdir())
    path.write_text(path.read_text().replace("<name>disc</name>", "<name>pear</name>"))
    made = run()
    assert "pear" in made.problem and "disc" in made.problem


def test_annotations_that_are_not_xml_get_no_drafts(run, folders):
    next(folders.annotations.iterdir()).unlink()
    (folders.annotations / "all.json").write_text("{}")
    assert str(folders.annotations) in run().problem


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.5])
def test_a_threshold_is_a_score(run, threshold):
    with pytest.raises(BadInput, match="threshold"):
        run(threshold=threshold)


def test_drafts_of_the_device_are_taken_over_also_without_a_model(run, folders, tmp_path):
    photo = sorted(folders.images.iterdir())[-1]
    width, height = Image.open(str(photo)).size
    (tmp_path / "drafts").mkdir()  # beside the folder of the photos, and of the work folder, too
    (tmp_path / "drafts" / f"{photo.stem}.xml").write_text(_COLLECTED.format(**vars()))
    made = run(graph=tmp_path / "none")
    assert made.problem and made.collected == 1
    assert "1 photos" in made.as_text() and made.problem in made.as_text()
    again = run()
    assert (again.collected, again.new) == (0, 2)
    (draft,) = [one for one in again.drafts if one.record.path == photo.name]
    assert (draft.uncertainty, draft.record.objects.labels) == (0.25, ("disc",))


_COLLECTED = (
    "<annotation><filename>{photo.name}</filename>"
    "<source><database>photos-to-pi draft</database></source>"
    "<collected><uncertainty>0.25</uncertainty></collected>"
    "<size><width>{width}</width><height>{height}</height></size>"
    "<object><name>disc</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax>"
    "</bndbox><score>0.7</score></object></annotation>"
)
