"""VoTT's JSON: exports of projects, files of single assets, and paths of other machines."""

import json

import pytest
from builders import paint

from helpers.annotations.formats import vott
from helpers.structures.errors import BadInput

CAT = ("cat", 1, 2, 20, 25)
PLACE = {"left": 1, "top": 2, "width": 19, "height": 23}
POINTS = [{"x": x, "y": y} for x, y in ((1, 2), (20, 2), (20, 25), (1, 25))]
REGION = {"id": "r", "type": "RECTANGLE", "tags": ["cat"], "boundingBox": PLACE, "points": POINTS}


def asset(name="a.jpg", path="file:F:/set/a.jpg", **more):
    size = {"width": 40, "height": 30}
    return {"id": name, "name": name, "path": path, "size": size, "state": 2, "type": 1, **more}


def entry(*regions, **more):
    return {"asset": asset(**more), "regions": list(regions), "version": "2.2.0"}


def export(*entries):
    assets = {one["asset"]["id"]: one for one in entries}
    return {"name": "set", "tags": [{"name": "cat", "color": "#fff"}], "assets": assets}


@pytest.mark.parametrize(
    "region, row, codes",
    [
        (REGION, CAT, []),
        (dict(REGION, type="SQUARE"), CAT, []),
        (dict(REGION, type="POLYGON"), CAT, ["box-from-shape"]),
        ({"tags": ["cat"], "points": POINTS}, CAT, []),
        (dict(REGION, tags=["cat", "dog"]), ("cat, dog", *CAT[1:]), ["class-unknown"]),
        (dict(REGION, tags=[]), ("", *CAT[1:]), []),
    ],
    ids=["rectangle", "square", "polygon", "points alone", "two tags", "no tag"],
)
def test_the_box_is_around_what_was_drawn(read_as, region, row, codes):
    rows, found = read_as("vott", export(entry(region)))
    assert rows == {"a.jpg": [row]}
    assert [code for code, _, _ in found] == codes


def test_a_single_asset_is_read(read_as):
    assert read_as("vott", entry(REGION), "a-asset.json") == ({"a.jpg": [CAT]}, [])


@pytest.mark.parametrize(
    "region", [{}, {"boundingBox": {"left": 1}}, {"points": [{"x": 1}]}], ids=str
)
def test_a_region_without_numbers_is_a_finding(read_as, region):
    _, codes = read_as("vott", export(entry(REGION, region)))
    assert codes == [("box-invalid", "a.jpg", 2)]


def test_an_asset_that_nobody_visited_is_not_annotated_and_one_visited_has_no_object(read_as):
    visited = entry(state=1)
    unseen = entry(name="b.jpg", path="file:F:/set/b.jpg", state=0)
    assert read_as("vott", export(visited, unseen)) == ({"a.jpg": []}, [])


@pytest.mark.parametrize(
    "name, path, image",
    [
        ("c.jpg", "file:F:/set/one/c.jpg", "one/c.jpg"),
        ("c.jpg", "file:/home/me/two/c.jpg", "two/c.jpg"),
        ("c.jpg", "https://host/two/c.jpg?sig=x", "two/c.jpg"),
        ("a.jpg", "file:F:/set/elsewhere.jpg", "a.jpg"),
        ("a.jpg", "", "a.jpg"),
    ],
    ids=["Windows", "home", "address", "by name", "no path"],
)
def test_folders_of_another_machine_tell_images_of_one_name_apart(
    read_as, images, name, path, image
):
    for folder in ("one", "two"):
        paint(images / folder / "c.jpg")
    assert read_as("vott", export(entry(REGION, name=name, path=path))) == ({image: [CAT]}, [])


@pytest.mark.parametrize("content", ["[]", "{}", '{"assets": {"f": {"asset": {}}}}'], ids=str)
def test_other_json_is_refused(images, tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(BadInput, match="x.json"):
        vott.read(tmp_path / "x.json", images)


def test_what_is_not_changed_is_written_as_it_was(images, tmp_path):
    document = export(
        entry(REGION, dict(REGION, type="POLYGON")), entry(name="b.jpg", path="file:F:/set/b.jpg")
    )
    (tmp_path / "x.json").write_text(json.dumps(document))
    records, _ = vott.read(tmp_path / "x.json", images)
    written = json.loads(vott.write(records, tmp_path / "y.json", images).read_text())
    assert written == {"version": "2.2.0", **document}


def test_new_classes_are_tags(images, tmp_path, record):
    written = vott.write([record("a.jpg", CAT), record("sub/b.jpg")], tmp_path / "y.json", images)
    document = json.loads(written.read_text())
    assert [tag["name"] for tag in document["tags"]] == ["cat"]
    assert sorted(one["asset"]["path"] for one in document["assets"].values()) == [
        "file:a.jpg",
        "file:sub/b.jpg",
    ]


def test_assets_of_one_id_stay_apart(images, tmp_path, record):
    stored = {"vott": {"entry": {"asset": asset(name="a.jpg", id="f")}}}
    same = {"vott": {"entry": {"asset": asset(name="b.jpg", id="f")}}}
    records = [record("a.jpg", CAT, extra=stored), record("b.jpg", extra=same)]
    written = json.loads(vott.write(records, tmp_path / "y.json", images).read_text())
    assert sorted(one["asset"]["name"] for one in written["assets"].values()) == ["a.jpg", "b.jpg"]
