"""VGG Image Annotator 3: shapes by number, answers by option, images of views."""

import json

import pytest
from builders import rows_of

from helpers.annotations.formats import via3
from helpers.annotations.reading import ReadOptions
from helpers.structures.errors import BadInput

CAT = ("cat", 1, 2, 20, 25)
RECT = [2, 1, 2, 19, 23]
TEXT, CHECKBOX, RADIO, SELECT = 1, 2, 3, 4
OPTIONS = {"0": "cat", "1": "dog"}


def question(name="class", kind=SELECT):
    return {"aname": name, "type": kind, "options": OPTIONS, "anchor_id": "FILE1_Z0_XY1"}


def region(xy, vid="1", z=(), **answers):
    av = {key.strip("_"): value for key, value in (answers or {"_1": "0"}).items()}
    return {"vid": vid, "flg": 0, "z": list(z), "xy": xy, "av": av}


def project(*regions, questions=None, files=("a.jpg", "b.jpg"), kind=2):
    numbered = {str(number): name for number, name in enumerate(files, start=1)}
    return {
        "project": {"pid": "p", "vid_list": list(numbered)},
        "config": {},
        "attribute": questions or {"1": question()},
        "file": {own: {"fid": own, "fname": name, "type": kind} for own, name in numbered.items()},
        "metadata": {str(number): one for number, one in enumerate(regions)},
        "view": {own: {"fid_list": [own]} for own in numbered},
    }


@pytest.mark.parametrize(
    "xy, row, code",
    [
        (RECT, CAT, None),
        ([1, 3, 4], ("cat", 3, 4, 3, 4), "box-from-shape"),
        ([3, 10, 20, 5], ("cat", 5, 15, 15, 25), "box-from-shape"),
        ([4, 10, 20, 5, 2], ("cat", 5, 18, 15, 22), "box-from-shape"),
        ([5, 1, 2, 20, 25], CAT, "box-from-shape"),
        ([6, 1, 25, 20, 2], CAT, "box-from-shape"),
        ([7, 1, 2, 20, 9, 5, 25], CAT, "box-from-shape"),
        ([8, 1, 9, 5, 2, 20, 9, 5, 25], CAT, "box-from-shape"),
    ],
    ids=["rectangle", "point", "circle", "ellipse", "line", "polyline", "polygon", "extreme"],
)
def test_the_box_is_around_what_was_drawn(read_as, xy, row, code):
    rows, found = read_as("via3", project(region(xy)))
    assert rows == {"a.jpg": [row], "sub/b.jpg": []}
    assert [code for code, _, _ in found] == ([code] if code else [])


@pytest.mark.parametrize(
    "xy",
    [[2, 1, 2, 3], [9, 1, 2, 3, 4, 5, 6], [7, 1, 2, 3], [2, 1, None, 3, 4], "2,1,2,3,4"],
    ids=str,
)
def test_a_region_without_its_numbers_is_a_finding(read_as, xy):
    _, codes = read_as("via3", project(region(RECT), region(xy)))
    assert codes == [("box-invalid", "a.jpg", 2)]


@pytest.mark.parametrize(
    "kind, value, label, codes",
    [
        (SELECT, "1", "dog", []),
        (RADIO, "0", "cat", []),
        (TEXT, "red panda", "red panda", []),
        (TEXT, "1", "1", []),
        (CHECKBOX, "1", "dog", []),
        (CHECKBOX, "0,1", "cat, dog", ["class-unknown"]),
        (SELECT, "7", "7", []),
    ],
    ids=["select", "radio", "text", "number as text", "checkbox", "two checked", "no such option"],
)
def test_the_class_is_the_answer_in_words(read_as, kind, value, label, codes):
    document = project(region(RECT, _1=value), questions={"1": question(kind=kind)})
    rows, found = read_as("via3", document)
    assert rows["a.jpg"] == [(label, *CAT[1:])]
    assert [code for code, _, _ in found] == codes


def test_of_several_questions_the_class_is_chosen_by_its_name(images, tmp_path):
    questions = {"1": question("animal"), "2": question("sure")}
    document = project(region(RECT, _1="0", _2="1"), questions=questions)
    (tmp_path / "x.json").write_text(json.dumps(document))
    records, _ = via3.read(tmp_path / "x.json", images, ReadOptions(attribute="sure"))
    assert rows_of(records[0]) == [("dog", *CAT[1:])]
    with pytest.raises(BadInput, match="animal.*sure.*--attribute"):
        via3.read(tmp_path / "x.json", images)


def test_what_is_said_of_the_whole_image_is_no_region(read_as):
    assert read_as("via3", project(region(RECT), region([]))) == (
        {"a.jpg": [CAT], "sub/b.jpg": []},
        [],
    )


@pytest.mark.parametrize(
    "broken",
    [region(RECT, vid="9"), region(RECT, z=[1.5]), region([], z=[1, 2]), "region"],
    ids=["no view", "a moment", "a time span", "text"],
)
def test_a_region_that_is_not_of_one_image_is_a_finding(read_as, broken):
    _, codes = read_as("via3", project(region(RECT), broken))
    assert [code for code, _, _ in codes] == ["annotation-broken-file"]


def test_regions_of_a_video_are_findings(images, tmp_path):
    (tmp_path / "x.json").write_text(json.dumps(project(region(RECT), files=["v.mp4"], kind=4)))
    records, findings = via3.read(tmp_path / "x.json", images)
    assert records == [] and findings[0].code == "annotation-broken-file"


@pytest.mark.parametrize("content", ["[]", "{}", '{"project": {}, "file": {}}'], ids=str)
def test_other_json_is_refused(images, tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(BadInput, match="x.json"):
        via3.read(tmp_path / "x.json", images)


def test_shapes_and_other_attributes_are_kept(images, tmp_path):
    xys = [[3, 10, 20, 5], [7, 1, 2, 20, 9, 5, 25], [1, 3, 4], RECT]
    document = project(
        *(region(xy, _1="0", _2="lazy") for xy in xys),
        questions={"1": question("class"), "2": question("note", TEXT)},
    )
    (tmp_path / "x.json").write_text(json.dumps(document))
    records, _ = via3.read(tmp_path / "x.json", images)
    written = json.loads(via3.write(records, tmp_path / "y.json", images).read_text())
    assert [one["xy"] for one in written["metadata"].values()] == xys
    assert {tuple(one["av"].values()) for one in written["metadata"].values()} == {("cat", "lazy")}
    assert [one["fname"] for one in written["file"].values()] == ["a.jpg", "b.jpg"]


def test_a_rotated_ellipse_of_version_2_is_written_as_its_box(images, tmp_path, record):
    ellipse = {"name": "ellipse", "cx": 10, "cy": 10, "rx": 6, "ry": 2, "theta": 1.5707963267948966}
    stored = {
        "via": {"region": {"shape_attributes": ellipse, "region_attributes": {"class": "cat"}}}
    }
    turned = record("a.jpg", ("cat", 8, 4, 12, 16), extras=[stored])
    written = json.loads(via3.write([turned], tmp_path / "y.json", images).read_text())
    assert written["metadata"]["1_1"]["xy"] == pytest.approx([2, 8, 4, 4, 12])
