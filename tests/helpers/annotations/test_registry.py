"""All formats by name: told by their content, read and written through one door, and the verb."""

import json

import pytest

from helpers.__main__ import main
from helpers.annotations import csv_table, registry
from helpers.structures.errors import BadInput

NAMES = ("xml", "json", "coco", "yolo", "manifest", "csv")
FILES = {"json": "via.json", "coco": "coco.json", "manifest": "output.manifest", "csv": "data.csv"}


@pytest.fixture()
def records(record):
    """A record of each of these images, the second without boxes."""
    return [record("a.jpg", ("dog", 1, 2, 20, 25), ("cat", 0.5, 0, 40, 7.25)), record("sub/b.jpg")]


@pytest.fixture()
def written(tmp_path, images, records):
    """Writes the records in a format; gives where they are."""

    def of(name, below="ann"):
        place = tmp_path / below / FILES.get(name, name)
        registry.FORMATS[name].write(records, place, images)
        return place

    return of


def test_these_are_the_names_of_the_command_line():
    assert tuple(registry.FORMATS) == NAMES
    assert all(one.title for one in registry.FORMATS.values())


@pytest.mark.parametrize("asked", ["by name", "auto"])
@pytest.mark.parametrize("name", NAMES)
def test_a_format_is_read_and_told_by_its_content(written, images, records, plain, name, asked):
    place = written(name)
    assert registry.guess(place) == name
    assert registry.guess(place.parent) == name  # whatever it is called
    found = registry.read(name if asked == "by name" else "auto", place, images)
    assert plain(found.records) == plain(records) and found.findings == []


@pytest.mark.parametrize("first", NAMES)
@pytest.mark.parametrize("second", NAMES)
def test_every_format_becomes_every_other(written, tmp_path, images, records, plain, first, second):
    before = registry.read(first, written(first), images).records
    place = tmp_path / "other" / FILES.get(second, second)
    registry.FORMATS[second].write(before, place, images)
    found = registry.read(second, place, images)
    assert plain(found.records) == plain(records) and found.findings == []


@pytest.mark.parametrize(
    "name, text, expected",
    [
        ("a.xml", "<annotation/>", "xml"),
        ("x.json", '{"k": {"regions": {}}}', "json"),
        ("x.json", '{"_via_img_metadata": {}}', "json"),
        ("x.json", '{"images": [], "annotations": []}', "coco"),
        ("x.json", '\n{"source-ref": "s3://b/a.jpg"}\n{"source-ref": "s3://b/b.jpg"}', "manifest"),
        ("x.csv", "a.jpg,1,2,3,4,cat", "csv"),
        ("x.tsv", "image\tlabel\tx1\ty1\tx2\ty2", "csv"),
        ("a.txt", "0 0.5 0.5 0.1 0.1", "yolo"),
        ("data.yaml", "names: [cat]", "yolo"),
        ("classes.txt", "cat", "yolo"),
    ],
)
def test_a_single_file_is_told_by_its_content(tmp_path, name, text, expected):
    (tmp_path / name).write_text(text)
    (tmp_path / ".ipynb_checkpoints").mkdir()
    for hidden in (".hidden.xml", ".ipynb_checkpoints/a.xml"):
        (tmp_path / hidden).write_text("<annotation/>")
    assert registry.guess(tmp_path / name) == registry.guess(tmp_path) == expected


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"a.json": "{"},
        {"a.json": "[1]"},
        {"a.json": '{"project": 1, "file": 2}'},
        {"a.csv": "1,2"},
        {"a.txt": "words"},
        {"a.csv": b"\xff\x00", "a.json": b"\xff\x00"},
        {"a.yaml": "names: ["},
        {"a.json": "[" * 100_000},
        {"a.jpg": b"\xff\xd8"},
    ],
)
def test_what_is_of_no_format_is_refused(tmp_path, texts):
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadInput, match="no annotations of a known format|no file that ends"):
        registry.guess(tmp_path)


def test_two_formats_in_one_folder_are_asked_about(written, tmp_path):
    written("coco"), written("xml")
    with pytest.raises(BadInput, match=r"annotations of 2 formats \(xml, coco\).*Name the format"):
        registry.guess(tmp_path / "ann")


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("word", {}, "found 'word', expected one of xml, json, coco, yolo, manifest, csv, auto"),
        ("coco", {"attribute": "class"}, "found 'class' for COCO JSON, expected none"),
    ],
)
def test_what_there_is_not_is_refused(tmp_path, images, name, options, message):
    with pytest.raises(BadInput, match=message):
        registry.read(name, tmp_path, images, **options)


def test_an_unchanged_folder_of_xml_may_be_remembered(written, tmp_path, images, records, plain):
    place = written("xml")
    for _ in range(2):
        found = registry.read("auto", place, images, tmp_path / "cache")
        assert plain(found.records) == plain(records)
    assert (tmp_path / "cache").stat().st_size


def run(*arguments):
    return main(["csv", *map(str, arguments)])


@pytest.mark.parametrize("name", [*NAMES, "auto"])
def test_the_verb_writes_the_table_of_any_format(
    written, tmp_path, images, records, plain, capsys, name
):
    place = written("coco" if name == "auto" else name)
    assert run(name, place, tmp_path / "out.csv", "--images", images) == 0
    assert plain(csv_table.read(tmp_path / "out.csv")) == plain(records)
    said = capsys.readouterr()
    assert said.out == "2 images, 2 boxes: {'cat': 1, 'dog': 1}\n"
    assert "class with few examples" in said.err and "warning: " in said.err


@pytest.fixture()
def spoiled(tmp_path, images):
    """A VIA file of three objects, the first of which is good, the second too wide."""
    shapes = [
        {"x": 1, "y": 2, "width": 19, "height": 23},
        {"x": 35, "y": 9, "width": 8, "height": 5},
        {"x": "far"},
    ]
    (images / "via.json").write_text(
        json.dumps(
            {
                "k": {
                    "filename": "a.jpg",
                    "regions": [
                        {
                            "shape_attributes": dict(one, name="rect"),
                            "region_attributes": {"animal": "cat", "sure": "yes"},
                        }
                        for one in shapes
                    ],
                }
            }
        )
    )
    return images / "via.json"


def test_the_verb_names_every_error_and_writes_nothing(spoiled, tmp_path, capsys):
    assert run("json", spoiled, tmp_path / "out.csv", "--attribute", "animal") == 1
    said = capsys.readouterr().err
    assert "a.jpg: box beyond the border" in said and "object 2 (cat)" in said
    assert "a.jpg: invalid box" in said and "object 3 (cat)" in said and "Traceback" not in said
    assert not (tmp_path / "out.csv").exists()


def test_the_verb_fixes_and_drops_and_says_so(spoiled, tmp_path, capsys):
    assert (
        run(
            "auto",
            spoiled,
            tmp_path / "out.csv",
            "--attribute",
            "animal",
            "--fix",
            "--policy",
            "drop",
        )
        == 0
    )
    (record,) = csv_table.read(tmp_path / "out.csv")
    assert record.objects.boxes.tolist() == [[1, 2, 20, 25], [35, 9, 40, 14]]
    said = capsys.readouterr()
    assert "beyond the border: [35, 9, 43, 14] became [35, 9, 40, 14]" in said.err
    assert "left out: a.jpg: invalid box" in said.err
    assert "warning: sub/b.jpg: image without annotation" in said.err
    assert said.out == "1 images, 2 boxes: {'cat': 2}\n"


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["json", "{spoiled}", "{out}"], "the region attributes ['animal', 'sure']"),
        (["coco", "{spoiled}", "{out}"], "via.json: found no list of images"),
        (["coco", "{out}", "{out}"], "no such file or folder"),
        (["csv", "{spoiled}", "{spoiled}"], "never overwritten"),
        (["coco", "{spoiled}", "{out}", "--images", "{out}"], "no such folder of images"),
        (["auto", "{spoiled}", "{out}", "--attribute", "sex"], "expected 'sex'"),
    ],
)
def test_the_verb_says_what_is_wrong(spoiled, tmp_path, capsys, arguments, said):
    kept = spoiled.read_bytes()
    assert run(*(one.format(spoiled=spoiled, out=tmp_path / "out.csv") for one in arguments)) == 1
    message = capsys.readouterr().err
    assert said in message and message.startswith("error: ") and "Traceback" not in message
    assert not (tmp_path / "out.csv").exists() and spoiled.read_bytes() == kept
