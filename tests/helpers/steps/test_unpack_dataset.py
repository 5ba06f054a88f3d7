"""Zip archives and TFRecords in place of folders: unpacked once, never over anything."""

import logging
import shutil
import zipfile

import plain_records
import pytest
from annotation_files import VOC_BOX, voc_annotation
from builders import contents, paint
from plain_records import example, jpeg

from helpers.annotations import csv_table, registry
from helpers.steps.unpack_dataset import is_packed, record_files, unpack_dataset
from helpers.structures.errors import BadInput

CAT = {"ids": [1], "texts": [b"cat"]}


@pytest.fixture()
def folder(tmp_path):
    """A data set as people send it: photos and their XML in one folder."""
    paint(tmp_path / "set" / "train" / "a.jpg")
    (tmp_path / "set" / "train" / "a.xml").write_text(voc_annotation(VOC_BOX))
    return tmp_path / "set"


@pytest.fixture()
def archive(tmp_path, folder):
    """The folder as a zip archive."""
    return shutil.make_archive(str(tmp_path / "photos"), "zip", str(folder))


@pytest.fixture()
def records(tmp_path):
    """Writes record files with TensorFlow, by name; gives their folder."""

    def of(files, label_maps=()):
        for name, raws in files.items():
            (tmp_path / "rec" / name).parent.mkdir(parents=True, exist_ok=True)
            plain_records.write(tmp_path / "rec" / name, *raws)
        for name, text in dict(label_maps).items():
            (tmp_path / "rec" / name).write_text(text)
        return tmp_path / "rec"

    return of


def label_map(**ids):
    """The text of a label map."""
    return "".join(f'item {{ id: {own} name: "{name}" }}\n' for name, own in ids.items())


def test_folders_stay_as_they_are(folder, tmp_path):
    assert unpack_dataset(folder, None, tmp_path / "data") == (folder, folder)
    assert unpack_dataset(folder / "train" / "a.xml", None, tmp_path / "data") == (
        folder / "train" / "a.xml",
        folder / "train",
    )
    assert unpack_dataset(tmp_path / "new", folder, tmp_path / "data") == (tmp_path / "new", folder)
    assert not (tmp_path / "data").exists()


def test_an_archive_of_both_is_unpacked_once(archive, folder, tmp_path):
    folders = unpack_dataset(archive, None, tmp_path / "data")
    assert folders.annotations == folders.images
    assert folders.images.parent == tmp_path / "data" / "unpacked"
    assert contents(folders.images) == contents(folder)
    assert unpack_dataset(archive, archive, tmp_path / "data") == folders
    (record,) = registry.read("auto", *folders).records
    assert record.path == "train/a.jpg" and record.objects.boxes.tolist() == [[1, 2, 20, 25]]


def test_annotations_and_images_may_be_archives_of_their_own(folder, tmp_path):
    for name, suffix in (("labels.zip", ".xml"), ("photos.zip", ".jpg")):
        with zipfile.ZipFile(str(tmp_path / name), "w") as packed:
            packed.write(str(folder / "train" / f"a{suffix}"), f"a{suffix}")
    folders = unpack_dataset(tmp_path / "labels.zip", tmp_path / "photos.zip", tmp_path / "data")
    assert [set(contents(one)) for one in folders] == [{"a.xml"}, {"a.jpg"}]
    alone = unpack_dataset(tmp_path / "labels.zip", None, tmp_path / "data")
    assert alone == (folders.annotations, tmp_path)  # the photos lie beside the archive


def test_an_archive_that_reaches_out_is_refused(tmp_path):
    with zipfile.ZipFile(str(tmp_path / "a.zip"), "w") as packed:
        packed.writestr("../outside.xml", "x")
    with pytest.raises(BadInput, match=r"a\.zip: .*outside\.xml"):
        unpack_dataset(tmp_path / "a.zip", None, tmp_path / "data")
    assert not list(tmp_path.glob("**/outside.xml"))


def test_records_become_a_table_and_images(records, tmp_path):
    root = records({"a.tfrecord": [example(**CAT)], "b.tfrecord": [example(filename=[b"b.jpg"])]})
    folders = unpack_dataset(root, None, tmp_path / "data")
    assert contents(folders.images) == {"a.jpg": jpeg(), "b.jpg": jpeg()}
    assert folders.annotations.read_text().splitlines()[1:] == [
        "a.jpg,40,30,cat,4,6,20,27",
        "b.jpg,40,30,,,,,",
    ]
    (first, second) = registry.read("auto", *folders).records
    assert first.objects.boxes.tolist() == [[4, 6, 20, 27]] and not len(second.objects)
    assert unpack_dataset(root, None, tmp_path / "data") == folders


def test_images_of_records_are_put_where_they_are_wanted(records, tmp_path):
    root = records({"a.record": [example(**CAT)]})
    folders = unpack_dataset(root, tmp_path / "img", tmp_path / "data")
    assert folders.images == tmp_path / "img"
    assert contents(tmp_path / "img") == {"a.jpg": jpeg()}
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.jpg").write_bytes(b"own photo")
    with pytest.raises(BadInput, match=r"other/a\.jpg"):
        unpack_dataset(root, tmp_path / "other", tmp_path / "data")
    assert (tmp_path / "other" / "a.jpg").read_bytes() == b"own photo"


def test_splits_of_records_stay_known(records, tmp_path):
    root = records(
        {"train/x.tfrecord": [example(**CAT)], "test.record-00000-of-00001": [example(**CAT)]}
    )
    folders = unpack_dataset(root, None, tmp_path / "data")
    assert [record.path for record in csv_table.read(folders.annotations)] == [
        "test/a.jpg",
        "train/a.jpg",
    ]


@pytest.mark.parametrize(
    "label_maps, expected",
    [
        pytest.param({"label_map.pbtxt": label_map(dog=1)}, "dog", id="in the folder"),
        pytest.param(
            {"a_label_map.pbtxt": label_map(dog=1), "b_label_map.pbtxt": label_map(cat=1)},
            "dog",
            id="called like the records",
        ),
        pytest.param(
            {"x.pbtxt": label_map(dog=1), "y.pbtxt": label_map(dog=1)}, "dog", id="two that agree"
        ),
        pytest.param(
            {"label_map.pbtxt": label_map(dog=1), "graph.pbtxt": 'node { name: "x" }'},
            "dog",
            id="a graph beside",
        ),
        pytest.param(
            {"map.pbtxt": 'item { id: 1 name: "/m/0bt9lr" display_name: "dog" }'},
            "dog",
            id="display name of a machine id",
        ),
        pytest.param(
            {"x.pbtxt": label_map(dog=1), "y.pbtxt": label_map(cat=1)}, None, id="two that differ"
        ),
        pytest.param({}, None, id="none"),
    ],
)
def test_classes_are_named_by_the_label_map_beside(records, tmp_path, label_maps, expected):
    root = records({"a.tfrecord": [example(ids=[1])]}, label_maps)
    if expected is None:
        with pytest.raises(BadInput, match=r"rec.*label"):
            unpack_dataset(root, None, tmp_path / "data")
    else:
        folders = unpack_dataset(root / "a.tfrecord", None, tmp_path / "data")
        (record,) = csv_table.read(folders.annotations)
        assert record.objects.labels == (expected,)


def test_records_that_cannot_be_read_are_named_each_time(records, tmp_path, caplog):
    root = records({"a.record": [example(**CAT), b"words"]})
    for _ in range(2):
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            unpack_dataset(root, None, tmp_path / "data")
        assert [line for line in caplog.messages if "a.record, record 2" in line]


@pytest.mark.parametrize(
    "files, expected",
    [
        pytest.param(["a.tfrecord", "label_map.pbtxt", "README.txt"], 1, id="with a label map"),
        pytest.param(["x/a.record-00000-of-00002", "x/a.record-00001-of-00002"], 2, id="shards"),
        pytest.param(["a.record", "data_train.csv"], 0, id="tables beside"),
        pytest.param(["a.jpg", "a.xml"], 0, id="no records"),
        pytest.param([], 0, id="empty"),
    ],
)
def test_what_is_made_of_records(tmp_path, files, expected):
    texts = {"data_train.csv": "filename,class,xmin,ymin,xmax,ymax\n", "a.xml": "<annotation/>"}
    (tmp_path / "set").mkdir()
    for name in files:
        (tmp_path / "set" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "set" / name).write_text(texts.get(name, "x"))
    assert len(record_files(tmp_path / "set")) == expected
    assert is_packed(tmp_path / "set") == bool(expected)


def test_what_is_missing_is_not_packed(tmp_path):
    assert not is_packed(tmp_path / "new")
