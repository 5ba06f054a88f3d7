"""All formats by name: told by their content, read and written through one door, and the verb."""

import json
import re
from pathlib import Path

import pytest
from annotation_files import ANNOTATION_FILES, READ_ONLY_FILES, write_annotations

from helpers.__main__ import main
from helpers.annotations import csv_table, registry
from helpers.annotations.reading import ReadOptions
from helpers.structures.errors import BadInput
from helpers.structures.findings import KINDS

ROOT = Path(__file__).resolve().parents[3]
NAMES = (
    *("xml", "json", "coco", "yolo", "manifest", "csv", "via-csv", "automl", "kitti"),
    *("labelme", "cvat", "dlib", "label-studio", "createml", "vott", "via3"),
)


@pytest.fixture()
def records(record):
    """A record of each of these images, the second without boxes."""
    return [record("a.jpg", ("dog", 1, 2, 20, 25), ("cat", 0.5, 0, 40, 7.25)), record("sub/b.jpg")]


@pytest.fixture()
def written(tmp_path, images, records):
    """Writes the records in a format; gives where they are."""

    def of(name, below="ann"):
        place = tmp_path / below / ANNOTATION_FILES.get(name, name)
        registry.FORMATS[name].write(records, place, images)
        return place

    return of


def test_formats_have_the_names_of_the_command_line():
    assert sorted(registry.FORMATS) == sorted([*NAMES, *READ_ONLY_FILES])
    assert all(chosen.title for chosen in registry.FORMATS.values())


def test_the_readme_lists_every_format_and_which_are_written():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if "| `" in line]
    listed = {row[0].strip("`"): not row[3].startswith("no") for row in rows if len(row) == 4}
    for name, chosen in registry.FORMATS.items():
        assert listed.get(name) == bool(chosen.write), name


@pytest.mark.parametrize("asked", ["by name", "auto"])
@pytest.mark.parametrize("name", NAMES)
def test_a_format_is_read_and_told_by_its_content(written, images, records, plain, name, asked):
    place = written(name)
    assert registry.guess(place) == name
    assert registry.guess(place.parent) == name  # whatever it is called
    actual = registry.read(name if asked == "by name" else "auto", place, images)
    assert plain(actual.records) == plain(records) and actual.findings == []


@pytest.mark.parametrize("name", sorted(READ_ONLY_FILES))
def test_a_format_that_is_only_read_is_told_by_its_content(tmp_path, images, name):
    for path, text in READ_ONLY_FILES[name].items():
        write_annotations(tmp_path / "ann", path, text)
    assert registry.guess(tmp_path / "ann") == name
    records = registry.read("auto", tmp_path / "ann", images).records
    assert [record.objects.boxes.tolist() for record in records] == [[[1, 2, 20, 25]]]
    assert registry.FORMATS[name].write is None


@pytest.mark.parametrize("first", NAMES)
@pytest.mark.parametrize("second", NAMES)
def test_every_format_becomes_every_other(written, tmp_path, images, records, plain, first, second):
    before = registry.read(first, written(first), images).records
    place = tmp_path / "other" / ANNOTATION_FILES.get(second, second)
    registry.FORMATS[second].write(before, place, images)
    actual = registry.read(second, place, images)
    assert plain(actual.records) == plain(records) and actual.findings == []


@pytest.mark.parametrize(
    "name, content, expected",
    [
        pytest.param("a.xml", "<annotation/>", "xml", id="Pascal VOC"),
        pytest.param("x.json", '{"k": {"regions": {}}}', "json", id="VIA"),
        pytest.param("x.json", '{"_via_img_metadata": {}}', "json", id="VIA project"),
        pytest.param("x.json", '{"images": [], "annotations": []}', "coco", id="COCO"),
        pytest.param(
            "x.json",
            '\n{"source-ref": "s3://b/a.jpg"}\n{"source-ref": "s3://b/b.jpg"}',
            "manifest",
            id="Ground Truth",
        ),
        pytest.param("x.csv", "a.jpg,1,2,3,4,cat", "csv", id="RetinaNet"),
        pytest.param("x.tsv", "image\tlabel\tx1\ty1\tx2\ty2", "csv", id="tab-separated"),
        pytest.param("a.txt", "0 0.5 0.5 0.1 0.1", "yolo", id="YOLO labels"),
        pytest.param("data.yaml", "names: [cat]", "yolo", id="YOLO data.yaml"),
        pytest.param("classes.txt", "cat", "yolo", id="YOLO classes.txt"),
    ],
)
def test_a_single_file_is_told_by_its_content(tmp_path, name, content, expected):
    (tmp_path / name).write_text(content)
    (tmp_path / ".ipynb_checkpoints").mkdir()
    for hidden in (".hidden.xml", ".ipynb_checkpoints/a.xml"):
        (tmp_path / hidden).write_text("<annotation/>")
    assert registry.guess(tmp_path / name) == registry.guess(tmp_path) == expected


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({}, id="empty folder"),
        pytest.param({"a.json": "{"}, id="broken JSON"),
        pytest.param({"a.json": "[1]"}, id="JSON list"),
        pytest.param({"a.json": '{"project": 1, "file": 2}'}, id="VIA 3 project"),
        pytest.param({"a.csv": "1,2"}, id="other table"),
        pytest.param({"a.txt": "words"}, id="words"),
        pytest.param({"a.csv": b"\xff\x00", "a.json": b"\xff\x00"}, id="not text"),
        pytest.param({"a.yaml": "names: ["}, id="broken YAML"),
        pytest.param({"a.json": "[" * 100_000}, id="nested too deeply"),
        pytest.param({"a.jpg": b"\xff\xd8"}, id="image"),
    ],
)
def test_files_of_no_known_format_are_refused(tmp_path, files):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadInput, match=f"{tmp_path.name}.*(no annotations|no file)"):
        registry.guess(tmp_path)


def test_two_formats_in_one_folder_are_asked_about(written, tmp_path):
    written("coco"), written("xml")
    with pytest.raises(BadInput, match=r"ann: .* 2 formats \(xml, coco\).*Name"):
        registry.guess(tmp_path / "ann")


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("word", {}, "'word'.*xml, json, coco, yolo, manifest, csv,.*, auto"),
        ("coco", {"attribute": "class"}, "'class'.*COCO JSON"),
    ],
    ids=["unknown format", "attribute of COCO"],
)
def test_an_unknown_format_or_attribute_is_refused(tmp_path, images, name, options, message):
    with pytest.raises(BadInput, match=message):
        registry.read(name, tmp_path, images, ReadOptions(**options))


def test_an_unchanged_folder_of_xml_may_be_remembered(written, tmp_path, images, records, plain):
    place = written("xml")
    for _ in range(2):
        actual = registry.read("auto", place, images, ReadOptions(cache=tmp_path / "cache"))
        assert plain(actual.records) == plain(records)
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
    output, errors = capsys.readouterr()
    assert output == "2 images, 2 boxes: {'cat': 1, 'dog': 1}\n"
    assert KINDS["class-few-examples"].title in errors and "warning: " in errors


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
                            "shape_attributes": dict(shape, name="rect"),
                            "region_attributes": {"animal": "cat", "sure": "yes"},
                        }
                        for shape in shapes
                    ],
                }
            }
        )
    )
    return images / "via.json"


def test_the_verb_names_every_error_and_writes_nothing(spoiled, tmp_path, capsys):
    assert run("json", spoiled, tmp_path / "out.csv", "--attribute", "animal") == 1
    errors = capsys.readouterr().err
    for code, number in (("box-beyond-border", 2), ("box-invalid", 3)):
        assert f"a.jpg: {KINDS[code].title}" in errors and f"object {number} (cat)" in errors
    assert "Traceback" not in errors
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
    output, errors = capsys.readouterr()
    assert re.search(r"border: \[35, 9, 43, 14\].*\[35, 9, 40, 14\]", errors)
    assert f"left out: a.jpg: {KINDS['box-invalid'].title}" in errors
    assert f"warning: sub/b.jpg: {KINDS['image-without-annotation'].title}" in errors
    assert output == "1 images, 2 boxes: {'cat': 2}\n"


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["json", "{spoiled}", "{out}"], r"via.json.*\['animal', 'sure'\].*--attribute"),
        (["coco", "{spoiled}", "{out}"], "via.json.*of images,"),
        (["coco", "{out}", "{out}"], "out.csv.*such file"),
        (["csv", "{spoiled}", "{spoiled}"], "via.json.*never overwritten"),
        (["coco", "{spoiled}", "{out}", "--images", "{out}"], "out.csv.*such folder"),
        (["auto", "{spoiled}", "{out}", "--attribute", "sex"], "via.json.*'sex'.*--attribute"),
    ],
    ids=[
        "attribute not named",
        "not COCO",
        "missing annotations",
        "output is the input",
        "missing image folder",
        "unknown attribute",
    ],
)
def test_the_verb_names_what_is_wrong_and_writes_nothing(
    spoiled, tmp_path, capsys, arguments, message
):
    kept = spoiled.read_bytes()
    out = tmp_path / "out.csv"
    assert run(*(value.format(spoiled=spoiled, out=out) for value in arguments)) == 1
    errors = capsys.readouterr().err
    assert re.search(message, errors)
    assert errors.startswith("error: ") and "Traceback" not in errors
    assert not out.exists() and spoiled.read_bytes() == kept
