"""Label Studio's tasks: which annotation counts, which image it is, what is left out."""

import json

import pytest
from builders import record

from helpers.annotations.formats import label_studio
from helpers.structures.errors import BadInput

CAT = ("cat", 4, 6, 16, 18)
PERCENT = {"x": 10, "y": 20, "width": 30, "height": 40}


def region(own="r", label="cat", **more):
    return {
        "id": own,
        "type": "rectanglelabels",
        "from_name": "label",
        "to_name": "image",
        "original_width": 40,
        "original_height": 30,
        "image_rotation": 0,
        "value": {**PERCENT, "rotation": 0, "rectanglelabels": [label]},
        **more,
    }


def annotation(*regions, **more):
    return {"id": 1, "was_cancelled": False, "result": list(regions), **more}


def task(*annotations, name="a.jpg", **more):
    return {"id": 1, "data": {"image": name}, "annotations": list(annotations), **more}


def test_tasks_with_and_without_objects_are_read(read_as):
    tasks = [task(annotation(region())), task(annotation(), name="b.jpg")]
    assert read_as("label-studio", tasks) == ({"a.jpg": [CAT], "sub/b.jpg": []}, [])


def test_a_task_that_nobody_annotated_is_no_image_without_objects(read_as):
    tasks = [task(annotation(region())), task(name="b.jpg")]
    assert read_as("label-studio", tasks) == ({"a.jpg": [CAT]}, [])


@pytest.mark.parametrize(
    "value",
    [
        {"image": "a.jpg", "label": [{**PERCENT, "rectanglelabels": ["cat"]}]},
        {"image": "a.jpg", "animals": [{**PERCENT, "rectanglelabels": ["cat"]}], "id": 3},
    ],
    ids=["label", "another control"],
)
def test_the_short_form_is_read(read_as, value):
    for regions in value.values():
        if isinstance(regions, list):
            regions[0].update(original_width=40, original_height=30)
    tasks = [value, {"image": "b.jpg", "annotation_id": 4}]
    assert read_as("label-studio", tasks) == ({"a.jpg": [CAT], "sub/b.jpg": []}, [])


def test_tasks_before_version_1_are_read(read_as):
    old = {"id": 1, "data": {"image": "a.jpg"}, "completions": [annotation(region())]}
    assert read_as("label-studio", [old]) == ({"a.jpg": [CAT]}, [])


OTHER = annotation(region(label="dog"))


@pytest.mark.parametrize(
    "annotations, label",
    [
        ([annotation(region()), {**OTHER, "was_cancelled": True}], "cat"),
        ([{**OTHER, "skipped": True}, annotation(region())], "cat"),
        ([annotation(region(), ground_truth=True), {**OTHER, "updated_at": "2026"}], "cat"),
        (
            [
                annotation(region(), updated_at="2026-01-02T00:00:00Z"),
                {**OTHER, "updated_at": "2026-01-01T00:00:00Z"},
            ],
            "cat",
        ),
        ([annotation(region(), created_at="2026-02"), {**OTHER, "created_at": "2025"}], "cat"),
    ],
    ids=["cancelled", "skipped", "ground truth", "newest", "created last"],
)
def test_one_annotation_of_a_task_counts_and_it_is_said(read_as, annotations, label):
    rows, codes = read_as("label-studio", [task(*annotations)])
    assert [row[0] for row in rows["a.jpg"]] == [label]
    assert codes == [("annotation-left-out", "a.jpg", None)]


def test_a_task_of_which_all_annotations_were_cancelled_is_left_out(images, tmp_path):
    (tmp_path / "x.json").write_text(json.dumps([task(annotation(region(), was_cancelled=True))]))
    records, findings = label_studio.read(tmp_path / "x.json", images)
    assert records == []
    assert [(one.code, one.path) for one in findings] == [
        ("annotation-left-out", "a.jpg"),
        ("image-without-annotation", "sub/b.jpg"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        {"image": "/data/upload/1/a.jpg"},
        {"image": "s3://bucket/photos/a.jpg"},
        {"image": "https://host/a.jpg?sig=x"},
        {"image": "/data/local-files/?d=photos/a.jpg"},
        {"image": "/data/local-files/?d=photos%2Fa.jpg"},
        {"note": "one of many", "img": "a.jpg"},
        {"note": "one of many", "scan": "a.jpg"},
    ],
    ids=["upload", "S3", "signed", "local", "local, escaped", "img", "by suffix"],
)
def test_the_image_is_that_of_the_task(images, tmp_path, data):
    (tmp_path / "x.json").write_text(json.dumps([{**task(annotation(region())), "data": data}]))
    (read,), _ = label_studio.read(tmp_path / "x.json", images)
    assert read.path == "a.jpg"


@pytest.mark.parametrize(
    "broken, code",
    [
        (task(annotation(region()), name="c.jpg"), "annotation-without-image"),
        (task(annotation(region())), "annotation-duplicate"),
        ({**task(annotation(region())), "data": {}}, "annotation-broken-file"),
        ({"data": {"image": "b.jpg"}}, "annotation-broken-file"),
        ("a.jpg", "annotation-broken-file"),
    ],
    ids=["no such image", "twice", "no image", "no annotations", "text"],
)
def test_a_task_without_an_image_or_annotations_is_a_finding(read_as, broken, code):
    rows, codes = read_as("label-studio", [task(annotation(region())), broken])
    assert rows == {"a.jpg": [CAT]}
    assert [found for found, _, _ in codes] == [code]


@pytest.mark.parametrize("content", ["3", "{}", '[{"data": {}}]'], ids=str)
def test_other_json_is_refused(images, tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(BadInput, match="x.json"):
        label_studio.read(tmp_path / "x.json", images)


def test_what_is_not_changed_is_written_as_it_was(images, tmp_path):
    turned = region("t")
    turned["value"] = {**turned["value"], "rotation": 30}
    results = [region(meta={"text": ["lazy"]}), turned]
    (tmp_path / "x.json").write_text(json.dumps([task(annotation(*results))]))
    records, _ = label_studio.read(tmp_path / "x.json", images)
    (written,) = json.loads(label_studio.write(records, tmp_path / "y.json", images).read_text())
    assert written["data"] == {"image": "a.jpg"}
    assert written["annotations"][0]["result"] == results


def test_new_objects_have_ids_that_no_other_has(images, tmp_path):
    stored = {"label-studio": {"region": [region("box-1")]}}
    both = record("a.jpg", CAT, ("dog", 1, 2, 3, 4), extras=[stored, {}])
    (written,) = json.loads(label_studio.write([both], tmp_path / "y.json", images).read_text())
    ids = [result["id"] for result in written["annotations"][0]["result"]]
    assert ids == ["box-1", "box-2"]
