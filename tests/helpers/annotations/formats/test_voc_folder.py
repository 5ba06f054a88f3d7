"""Folders of Pascal VOC XML: read, written and remembered."""

import pytest
from annotation_files import voc_annotation, voc_corners
from builders import codes

from helpers.annotations.formats import voc
from helpers.annotations.reading import ReadOptions
from helpers.structures.errors import BadInput


def test_a_folder_has_records_of_good_files_and_findings_of_bad(tmp_path, paint):
    for name in ("a.jpg", "b.jpg", "sub/c.jpg", "lonely.jpg"):
        paint(tmp_path / "img" / name)
    files = {
        "c.xml": voc_annotation(filename="c.jpg"),
        "b.XML": voc_annotation(filename="b.jpg"),
        "a.xml": voc_annotation(),
        "a_again.xml": voc_annotation(),
        "broken.xml": "<annotation>",
        "notes.txt": "not read",
        "._a.xml": "of a Mac",
        ".ipynb_checkpoints/a.xml": "old",
    }
    for name, content in files.items():
        (tmp_path / "ann" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "ann" / name).write_text(content)
    annotations = voc.read(tmp_path / "ann", tmp_path / "img")
    assert [record.path for record in annotations.records] == ["a.jpg", "b.jpg", "sub/c.jpg"]
    assert sorted(codes(annotations.findings)) == [
        ("annotation-broken-file", "broken.xml", None),
        ("annotation-duplicate", "a.jpg", None),
        ("image-without-annotation", "lonely.jpg", None),
    ]


@pytest.mark.parametrize("folder", ["ann", "img"], ids=["apart", "beside the images"])
def test_images_of_one_name_are_told_by_their_folders(tmp_path, paint, record, plain, folder):
    names = ["a.jpg", "train/a.jpg", "valid/a.jpg", "valid/deep/a.jpg"]
    records = [
        record(
            str(paint(tmp_path / "img" / name).relative_to(tmp_path / "img")),
            ("cat", 1, 2, 3, 4 + number),
        )
        for number, name in enumerate(names)
    ]
    voc.write(records, tmp_path / folder, tmp_path / "img")
    annotations = voc.read(tmp_path / folder, tmp_path / "img")
    assert (plain(annotations.records), annotations.findings) == (plain(records), [])


def test_a_cached_file_is_read_again_when_it_has_changed(tmp_path, single_image, plain):
    folder, cache = tmp_path / "ann", tmp_path / "cache.sqlite"
    folder.mkdir()
    (folder / "a.xml").write_text(voc_annotation())
    options = ReadOptions(cache=cache)
    first = voc.read(folder, single_image, options).records
    assert plain(voc.read(folder, single_image, options).records) == plain(first)
    (folder / "a.xml").write_text(voc_annotation(name="another"))
    assert voc.read(folder, single_image, options).records[0].objects.labels == ("another",)


@pytest.mark.parametrize(
    "second, boxes, code",
    [
        pytest.param(
            "0 0 1 1", [[10, 6, 30, 24], [0, 0, 40, 30]], "annotation-relative-boxes", id="all"
        ),
        pytest.param(
            "3 4 30 20", [[0.25, 0.2, 0.75, 0.8], [3, 4, 30, 20]], "box-relative", id="one of two"
        ),
    ],
)
def test_relative_boxes_are_told_by_all_files(tmp_path, paint, second, boxes, code):
    for name, corners in (("a", "0.25 0.2 0.75 0.8"), ("b", second)):
        paint(tmp_path / "img" / f"{name}.jpg")
        (tmp_path / "ann").mkdir(exist_ok=True)
        xml = voc_annotation(voc_corners(*corners.split()), filename=f"{name}.jpg")
        (tmp_path / "ann" / f"{name}.xml").write_text(xml)
    options = ReadOptions(cache=tmp_path / "cache.sqlite")
    for _ in ("parsed", "from the cache"):
        annotations = voc.read(tmp_path / "ann", tmp_path / "img", options)
        for record, box in zip(annotations.records, boxes):
            assert record.objects.boxes[0].tolist() == pytest.approx(box)
        assert [finding.code for finding in annotations.findings] == [code]


def test_folders_are_written_as_the_images_lie(tmp_path, paint, record):
    for name in ("a.jpg", "sub/a.jpg", "a.png"):
        paint(tmp_path / "img" / name)
    written = voc.write([record("a.jpg"), record("sub/a.jpg")], tmp_path / "ann", tmp_path / "img")
    assert written == [tmp_path / "ann" / "a.xml", tmp_path / "ann" / "sub" / "a.xml"]
    with pytest.raises(BadInput, match="a.xml: .*a.jpg and a.png"):
        voc.write([record("a.jpg"), record("a.png")], tmp_path / "clash", tmp_path / "img")
    assert not (tmp_path / "clash").exists()


def test_files_of_labelimg_are_written_unchanged(raccoon, tmp_path):
    own = ("<annotation", "\t<folder>", "\t<path>")  # where it lay
    for record in voc.read(raccoon / "annotations", raccoon / "images").records:
        original = (raccoon / "annotations" / record.path).with_suffix(".xml").read_text()
        again = voc.write_one(record, tmp_path / "a.xml", raccoon / "images").read_text()
        assert [line for line in again.splitlines() if not line.startswith(own)] == [
            line for line in original.splitlines() if not line.startswith(own)
        ]


def test_the_raccoon_data_set_is_read(raccoon):
    annotations = voc.read(raccoon / "annotations", raccoon / "images")
    assert annotations.findings == []
    assert len(annotations.records) == 200
    assert sum(len(record.objects) for record in annotations.records) == 217
    assert annotations.records[0].path == "raccoon-1.jpg"
    assert annotations.records[0].objects.boxes[0].tolist() == [81, 88, 522, 408]
