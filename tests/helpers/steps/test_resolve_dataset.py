"""One's own folders, or the sample."""

import zipfile

import pytest

from helpers.steps.resolve_dataset import resolve_dataset, write_sample
from helpers.structures.errors import BadInput


def test_own_folders_are_taken_as_they_are(tmp_path):
    folders = resolve_dataset(str(tmp_path / "img"), str(tmp_path / "xml"), tmp_path / "sample")
    assert folders == (tmp_path / "xml", tmp_path / "img")
    assert not (tmp_path / "sample").exists()
    assert str(tmp_path / "img") in folders.as_text()


@pytest.mark.parametrize(
    "images, annotations", [("img", ""), ("", "xml")], ids=["images alone", "annotations alone"]
)
def test_one_folder_alone_is_refused(images, annotations, tmp_path):
    with pytest.raises(BadInput, match="IMG and ANNOTATIONS"):
        resolve_dataset(images, annotations, tmp_path)


def test_an_archive_of_both_needs_no_image_folder(tmp_path):
    archive = tmp_path / "photos.zip"
    with zipfile.ZipFile(str(archive), "w") as packed:
        packed.writestr("a.xml", "<annotation/>")
        packed.writestr("a.jpg", "x")
    folders = resolve_dataset("", str(archive), tmp_path / "data")
    assert folders.annotations == folders.images
    assert folders.images.parent == tmp_path / "data" / "unpacked"
    assert (folders.images / "a.jpg").is_file()


def test_without_folders_the_sample_is_written(tmp_path):
    folders = resolve_dataset("", "", tmp_path, count=3)
    assert len(list(folders.images.glob("*.jpg"))) == 3
    assert len(list(folders.annotations.glob("*.xml"))) == 3
    written = write_sample(tmp_path, 3)
    assert written.folders == folders and written.images == 3
    assert written.boxes == sum(written.classes.values())
    assert written.as_text() == f"3 images, {written.boxes} boxes: {written.classes}"
