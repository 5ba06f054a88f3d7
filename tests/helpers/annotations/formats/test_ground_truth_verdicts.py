"""Boxes that a verification job judged, and labels that are none."""

import json

import pytest
from builders import codes

from helpers.annotations.formats import ground_truth_verdicts, sagemaker_ground_truth
from helpers.structures.errors import BadInput

FIRST, SECOND, THIRD = (f"2021-0{month}-18T17:11:16.729200" for month in (2, 3, 4))
BOXES = {"creation-date": SECOND, "type": "groundtruth/object-detection"}


def verified(name, date=THIRD, job="verify", **more):
    """The part of a line that a verification job writes."""
    metadata = {"type": "groundtruth/label-verification", "creation-date": date, **more}
    if name:
        metadata["class-name"] = name
    return {job: "1", f"{job}-metadata": metadata}


@pytest.mark.parametrize(
    "line, rejection",
    [
        pytest.param({}, "", id="not verified"),
        pytest.param(verified("good"), "", id="good"),
        pytest.param(verified(" Correct"), "", id="correct"),
        pytest.param(verified("bad"), "verify judges its boxes 'bad'", id="bad"),
        pytest.param(verified("too loose"), "verify judges its boxes 'too loose'", id="no praise"),
        pytest.param(verified(""), "verify judges its boxes \"'1'\"", id="without a name"),
        pytest.param(
            verified("bad", **{"worker-feedback": [{"comment": "too wide"}, {"comment": "no"}]}),
            "verify judges its boxes 'bad', 'too wide'",
            id="with a comment",
        ),
        pytest.param(verified("bad", FIRST), "", id="of boxes that were drawn again since"),
        pytest.param(verified("bad", None), "verify judges its boxes 'bad'", id="without a date"),
        pytest.param(
            {**verified("bad", SECOND), **verified("good", job="again")}, "", id="good in the end"
        ),
        pytest.param(
            {**verified("good", SECOND), **verified("bad", job="again")},
            "again judges its boxes 'bad'",
            id="bad in the end",
        ),
    ],
)
def test_what_the_last_verification_says(line, rejection):
    before = json.dumps(line)
    assert ground_truth_verdicts.rejection(line, BOXES) == rejection
    assert json.dumps(line) == before


def written(folder, *lines):
    path = folder / "output.manifest"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def test_an_image_judged_bad_is_named_and_left_to_the_policy(images, tmp_path):
    box = {"class_id": 0, "left": 1, "top": 2, "width": 19, "height": 23}
    boxes = {
        "animals": {"annotations": [box], "image_size": [{"width": 40, "height": 30}]},
        "animals-metadata": {**BOXES, "class-map": {"0": "cat"}},
    }
    path = written(
        tmp_path,
        {"source-ref": "s3://bucket/a.jpg", **boxes, **verified("bad")},
        {"source-ref": "s3://bucket/b.jpg", **boxes, **verified("good")},
    )
    annotations = sagemaker_ground_truth.read(path, images)
    assert [record.path for record in annotations.records] == ["a.jpg", "sub/b.jpg"]
    assert codes(annotations.findings) == [("annotation-rejected", "a.jpg", None)]
    assert annotations.findings[0].severity == "error"
    again = sagemaker_ground_truth.write(annotations.records, tmp_path / "again", images)
    assert [json.loads(line) for line in again.read_text().splitlines()] == [
        dict(json.loads(line), **{"animals-metadata": json.loads(text)["animals-metadata"]})
        for line, text in zip(path.read_text().splitlines(), again.read_text().splitlines())
    ]


@pytest.mark.parametrize(
    "label, kind, named",
    [
        (
            {"annotationsFromAllWorkers": [{"annotationData": {"content": "{}"}}]},
            "groundtruth/custom",
            ["'job'", "groundtruth/custom", "annotationsFromAllWorkers"],
        ),
        (3, "groundtruth/image-classification", ["groundtruth/image-classification"]),
    ],
    ids=["custom template", "classes of images"],
)
@pytest.mark.parametrize("attribute", ["", "job"], ids=["none named", "named"])
def test_labels_without_boxes_are_refused_for_what_they_are(
    images, tmp_path, label, kind, named, attribute
):
    path = written(
        tmp_path, {"source-ref": "s3://b/a.jpg", "job": label, "job-metadata": {"type": kind}}
    )
    options = sagemaker_ground_truth.ReadOptions(attribute=attribute)
    with pytest.raises(BadInput) as error:
        sagemaker_ground_truth.read(path, images, options)
    assert all(text in str(error.value) for text in [str(path), *named])
