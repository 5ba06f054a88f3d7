"""SageMaker Ground Truth's manifests: what a labelling job leaves in S3, line by line."""

import json
import re

import numpy as np
import pytest
from builders import codes

from helpers.annotations.formats import sagemaker_ground_truth
from helpers.annotations.reading import ReadOptions
from helpers.structures.errors import BadInput

BOX = {"class_id": 1, "left": 1, "top": 2, "width": 19, "height": 23}
FAILURE = "ClientError: the image cannot be shown"
SIZE = [{"width": 40, "height": 30, "depth": 3}]


def line(
    *boxes, ref="s3://bucket/some photos/a.jpg", classes=("dog", "cat"), name="animals", **more
):
    return dict(
        {
            "source-ref": ref,
            name: {"annotations": list(boxes), "image_size": SIZE},
            f"{name}-metadata": {
                "class-map": {str(number): label for number, label in enumerate(classes)},
                "objects": [{"confidence": 0.09 * number} for number in range(len(boxes))],
                "type": "groundtruth/object-detection",
                "human-annotated": "yes",
                "creation-date": "2018-10-18T22:18:13.527256",
                "job-name": "boxes",
            },
        },
        **more,
    )


def failed(ref="s3://bucket/b.jpg", name="animals"):
    return {"source-ref": ref, f"{name}-metadata": {"failure-reason": FAILURE, "job-name": "boxes"}}


@pytest.fixture()
def images(tmp_path, paint):
    """An image folder with a.jpg and b.jpg, 40x30."""
    for name in ("a.jpg", "b.jpg"):
        paint(tmp_path / "img" / name)
    return tmp_path / "img"


@pytest.fixture()
def read(images, tmp_path):
    """Reads lines as a manifest; gives the records and :func:`codes`, but for those of b.jpg."""

    def of(*lines, **options):
        path = tmp_path / "output.manifest"
        path.write_text(
            "\n".join(entry if isinstance(entry, str) else json.dumps(entry) for entry in lines)
        )
        annotations = sagemaker_ground_truth.read(path, images, ReadOptions(**options))
        findings = [finding for finding in annotations.findings if finding.path != "b.jpg"]
        return annotations.records, codes(findings)

    return of


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(line(BOX), id="as a job writes it"),
        pytest.param(line(BOX, ref="s3://bucket/deep/down/A.JPG"), id="subfolder and other case"),
        pytest.param(line(BOX, ref="a.jpg"), id="relative path"),
        pytest.param(line(BOX, name="bounding-box"), id="bounding-box attribute"),
        pytest.param(line(dict(BOX, class_id="1")), id="class id as text"),
        pytest.param(dict(line(BOX), animals={"annotations": [BOX]}), id="no image size"),
        pytest.param(
            dict(line(BOX), animals={"annotations": [BOX], "image_size": [{"width": 0}]}),
            id="image size of 0",
        ),
        pytest.param(
            dict(
                line(BOX),
                note={"annotations": "none"},
                sport=0,
                **{"sport-metadata": {"type": "x"}},
            ),
            id="labels of other jobs",
        ),
    ],
)
def test_a_line_is_read(read, entry):
    (record,), findings = read(entry)
    assert (record.path, record.width, record.height) == ("a.jpg", 40, 30)
    assert (record.objects.labels, record.objects.boxes.tolist()) == (("cat",), [[1, 2, 20, 25]])
    assert findings == []


def test_blank_lines_and_windows_line_ends_are_skipped(read):
    records, findings = read("", json.dumps(line(BOX)) + "\r", "\r", "")
    assert len(records) == 1 and findings == []


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([line(BOX, dict(BOX, class_id=0, left=0.25))], id="two boxes"),
        pytest.param([line()], id="no boxes"),
        pytest.param(
            [
                line(BOX),
                line(dict(BOX, class_id=1), ref="s3://bucket/b.jpg", classes=("dog", "cat", "x")),
            ],
            id="two images",
        ),
        pytest.param(
            [
                dict(
                    line(BOX),
                    sport=0,
                    **{"sport-metadata": {"type": "x"}, "custom": [1, {"a": None}]},
                )
            ],
            id="labels of other jobs",
        ),
    ],
)
def test_what_was_read_is_written_again(read, tmp_path, images, lines):
    records, _ = read(*lines)
    out = sagemaker_ground_truth.write(records, tmp_path / "again.manifest", images)
    assert [json.loads(entry) for entry in out.read_text().splitlines()] == lines


def test_new_records_are_written_with_paths(tmp_path, images, record):
    records = [record("a.jpg", ("dog", 1, 2, 20.5, 25), ("cat", 0, 0, 40, 30)), record("b.jpg")]
    out = sagemaker_ground_truth.write(records, tmp_path / "new.manifest", images)
    first, second = map(json.loads, out.read_text().splitlines())
    assert first["source-ref"] == "a.jpg"
    assert first["bounding-box"] == {
        "image_size": SIZE,
        "annotations": [
            {"class_id": 1, "left": 1, "top": 2, "width": 19.5, "height": 23},
            {"class_id": 0, "left": 0, "top": 0, "width": 40, "height": 30},
        ],
    }
    assert first["bounding-box-metadata"]["class-map"] == {"0": "cat", "1": "dog"}
    assert len(first["bounding-box-metadata"]["objects"]) == 2
    assert second["bounding-box"]["annotations"] == []


def test_what_was_changed_since_is_written_changed(read, tmp_path, images, record):
    (before,) = read(line(BOX, dict(BOX, class_id=0)))[0]
    changed = record(
        "a.jpg", ("bird", 1, 2, 20, 24), extra=before.extra, extras=before.objects.extras[1:]
    )
    out = sagemaker_ground_truth.write([changed], tmp_path / "again.manifest", images)
    written = json.loads(out.read_text())
    assert written["animals"]["annotations"] == [
        {"class_id": 2, "left": 1, "top": 2, "width": 19, "height": 22}
    ]
    assert written["animals-metadata"]["class-map"] == {"0": "dog", "1": "cat", "2": "bird"}
    assert written["animals-metadata"]["objects"] == [{"confidence": 0.09}]


@pytest.mark.parametrize(
    "bad, findings",
    [
        ({}, [("class-unknown", "a.jpg", 2), ("box-invalid", "a.jpg", 2)]),
        (None, [("class-unknown", "a.jpg", 2), ("box-invalid", "a.jpg", 2)]),
        (dict(BOX, class_id=7), [("class-unknown", "a.jpg", 2)]),
        (dict(BOX, class_id=[]), [("class-unknown", "a.jpg", 2)]),
        (dict(BOX, left="far"), [("box-invalid", "a.jpg", 2)]),
        (dict(BOX, width=None), [("box-invalid", "a.jpg", 2)]),
    ],
    ids=[
        "empty mapping",
        "null",
        "id not in the class map",
        "id a list",
        "left as text",
        "width null",
    ],
)
def test_a_bad_object_does_not_stop_the_others(read, bad, findings):
    (record,), actual = read(line(BOX, bad, BOX))
    assert actual == findings
    assert np.isnan(record.objects.boxes).any(axis=1).tolist() == [
        False,
        ("box-invalid", "a.jpg", 2) in findings,
        False,
    ]


@pytest.mark.parametrize(
    "bad, findings",
    [
        pytest.param("{", [("annotation-broken-file", "output.manifest", None)], id="broken JSON"),
        pytest.param("7", [("annotation-broken-file", "output.manifest", None)], id="number"),
        pytest.param("\x00", [("annotation-broken-file", "output.manifest", None)], id="NUL"),
        pytest.param(
            '{"source": "a text"}',
            [("annotation-broken-file", "output.manifest", None)],
            id="no source-ref",
        ),
        pytest.param(
            '{"source-ref": 7}',
            [("annotation-broken-file", "output.manifest", None)],
            id="source-ref a number",
        ),
        pytest.param(line(BOX), [("annotation-duplicate", "a.jpg", None)], id="image twice"),
        pytest.param(
            line(BOX, ref="s3://bucket/c.jpg"),
            [("annotation-without-image", "output.manifest", None)],
            id="image not there",
        ),
        pytest.param(
            line(BOX, ref="../../etc/passwd"),
            [
                ("annotation-path-outside-folder", "output.manifest", None),
                ("annotation-without-image", "output.manifest", None),
            ],
            id="path out of the folder",
        ),
        pytest.param(
            "[" * 100_000,
            [("annotation-broken-file", "output.manifest", None)],
            id="nested too deeply",
        ),
    ],
)
def test_a_bad_line_does_not_stop_the_others(read, bad, findings):
    records, actual = read(line(BOX), bad)
    assert actual == findings and [image.path for image in records] == ["a.jpg"]


@pytest.mark.parametrize(
    "entry, reason",
    [
        (failed(), FAILURE),
        ({"source-ref": "s3://bucket/b.jpg"}, "animals"),
        (line(ref="s3://bucket/b.jpg", animals=None), "animals"),
        (line(ref="s3://bucket/b.jpg", animals={"annotations": {}}), "animals"),
    ],
    ids=["failed", "no label", "label null", "annotations a mapping"],
)
def test_an_image_that_was_not_labelled_says_why(tmp_path, images, entry, reason):
    (tmp_path / "o.manifest").write_text(f"{json.dumps(line(BOX))}\n{json.dumps(entry)}\n")
    annotations = sagemaker_ground_truth.read(tmp_path / "o.manifest", images)
    assert [image.path for image in annotations.records] == ["a.jpg"]
    (finding,) = annotations.findings
    assert (finding.code, finding.path) == ("image-without-annotation", "b.jpg")
    assert re.search(f"line 2.*{reason}", finding.message)


def test_a_job_of_which_every_label_failed(tmp_path, images):
    (tmp_path / "o.manifest").write_text(json.dumps(failed()))
    annotations = sagemaker_ground_truth.read(tmp_path / "o.manifest", images)
    assert annotations.records == []
    assert annotations.findings[0].code == "image-without-annotation"
    assert FAILURE in annotations.findings[0].message


@pytest.mark.parametrize(
    "lines, options, message",
    [
        pytest.param(["[1]", "{}"], {}, "output.manifest.*no line.*source-ref", id="no source-ref"),
        pytest.param([""], {}, "output.manifest.*no line.*source-ref", id="empty manifest"),
        pytest.param(
            [dict(line(BOX), **line(BOX, name="verified"))],
            {},
            r"output.manifest.*\['animals', 'verified'\].*--attribute",
            id="two attributes",
        ),
        pytest.param(
            [line(BOX)],
            {"attribute": "verified"},
            r"output.manifest.*\['animals'\].*'verified'.*--attribute",
            id="attribute not there",
        ),
    ],
)
def test_an_attribute_that_cannot_be_told_is_asked_for(read, lines, options, message):
    with pytest.raises(BadInput, match=message):
        read(*lines, **options)


def test_of_two_jobs_one_is_chosen(read):
    both = dict(line(BOX), **line(dict(BOX, class_id=0), name="verified"))
    assert read(both, attribute="verified")[0][0].objects.labels == ("dog",)
    assert read(both, attribute="animals")[0][0].objects.labels == ("cat",)


def test_an_image_outside_the_folder_is_not_read(tmp_path, images, paint):
    secret = paint(tmp_path / "secret.jpg")
    (tmp_path / "o.manifest").write_text(json.dumps(line(BOX, ref=str(secret))))
    annotations = sagemaker_ground_truth.read(tmp_path / "o.manifest", images)
    assert annotations.records == []
    assert "annotation-without-image" in [finding.code for finding in annotations.findings]
