"""SageMaker Ground Truth's manifests: what a labelling job leaves in S3, line by line."""

import json

import numpy as np
import pytest

from helpers.annotations import sagemaker_ground_truth
from helpers.structures.errors import BadInput

BOX = {"class_id": 1, "left": 1, "top": 2, "width": 19, "height": 23}
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
    return {
        "source-ref": ref,
        f"{name}-metadata": {
            "failure-reason": "ClientError: the image cannot be shown",
            "job-name": "boxes",
        },
    }


@pytest.fixture()
def images(tmp_path, paint):
    """An image folder with a.jpg and b.jpg, 40x30."""
    for name in ("a.jpg", "b.jpg"):
        paint(tmp_path / "img" / name)
    return tmp_path / "img"


@pytest.fixture()
def read(images, tmp_path):
    """Reads lines as a manifest; gives the records and ``(kind, path, object)`` of findings."""

    def of(*lines, **options):
        path = tmp_path / "output.manifest"
        path.write_text(
            "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)
        )
        found = sagemaker_ground_truth.read(path, images, **options)
        return found.records, [
            (one.code, one.path.split("/")[-1], one.object)
            for one in found.findings
            if one.path != "b.jpg"
        ]

    return of


@pytest.mark.parametrize(
    "one",
    [
        line(BOX),
        line(BOX, ref="s3://bucket/deep/down/A.JPG"),
        line(BOX, ref="a.jpg"),
        line(BOX, name="bounding-box"),
        line(dict(BOX, class_id="1")),
        dict(line(BOX), animals={"annotations": [BOX]}),
        dict(line(BOX), animals={"annotations": [BOX], "image_size": [{"width": 0}]}),
        dict(line(BOX), note={"annotations": "none"}, sport=0, **{"sport-metadata": {"type": "x"}}),
    ],
)
def test_a_line_is_read(read, one):
    (record,), findings = read(one)
    assert (record.path, record.width, record.height) == ("a.jpg", 40, 30)
    assert (record.objects.labels, record.objects.boxes.tolist()) == (("cat",), [[1, 2, 20, 25]])
    assert findings == []


def test_blank_lines_and_windows_line_ends(read):
    records, findings = read("", json.dumps(line(BOX)) + "\r", "\r", "")
    assert len(records) == 1 and findings == []


@pytest.mark.parametrize(
    "lines",
    [
        [line(BOX, dict(BOX, class_id=0, left=0.25))],
        [line()],
        [
            line(BOX),
            line(dict(BOX, class_id=1), ref="s3://bucket/b.jpg", classes=("dog", "cat", "x")),
        ],
        [dict(line(BOX), sport=0, **{"sport-metadata": {"type": "x"}, "custom": [1, {"a": None}]})],
    ],
)
def test_what_was_read_is_written_again(read, tmp_path, images, lines):
    records, _ = read(*lines)
    out = sagemaker_ground_truth.write(records, tmp_path / "again.manifest", images)
    assert [json.loads(one) for one in out.read_text().splitlines()] == lines


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
)
def test_a_bad_object_does_not_stop_the_others(read, bad, findings):
    (record,), found = read(line(BOX, bad, BOX))
    assert found == findings
    assert np.isnan(record.objects.boxes).any(axis=1).tolist() == [
        False,
        ("box-invalid", "a.jpg", 2) in findings,
        False,
    ]


@pytest.mark.parametrize(
    "bad, findings",
    [
        ("{", [("annotation-broken-file", "output.manifest", None)]),
        ("7", [("annotation-broken-file", "output.manifest", None)]),
        ("\x00", [("annotation-broken-file", "output.manifest", None)]),
        ('{"source": "a text"}', [("annotation-broken-file", "output.manifest", None)]),
        ('{"source-ref": 7}', [("annotation-broken-file", "output.manifest", None)]),
        (line(BOX), [("annotation-duplicate", "a.jpg", None)]),
        (
            line(BOX, ref="s3://bucket/c.jpg"),
            [("annotation-without-image", "output.manifest", None)],
        ),
        (
            line(BOX, ref="../../etc/passwd"),
            [
                ("annotation-path-outside-folder", "output.manifest", None),
                ("annotation-without-image", "output.manifest", None),
            ],
        ),
        ("[" * 100_000, [("annotation-broken-file", "output.manifest", None)]),
    ],
)
def test_a_bad_line_does_not_stop_the_others(read, bad, findings):
    records, found = read(line(BOX), bad)
    assert found == findings and [one.path for one in records] == ["a.jpg"]


@pytest.mark.parametrize(
    "one, reason",
    [
        (failed(), "line 2: ClientError: the image cannot be shown"),
        ({"source-ref": "s3://bucket/b.jpg"}, "line 2: no boxes under animals"),
        (line(ref="s3://bucket/b.jpg", animals=None), "line 2: no boxes under animals"),
        (line(ref="s3://bucket/b.jpg", animals={"annotations": {}}), "line 2: no boxes"),
    ],
)
def test_an_image_that_was_not_labelled_says_why(tmp_path, images, one, reason):
    (tmp_path / "o.manifest").write_text(f"{json.dumps(line(BOX))}\n{json.dumps(one)}\n")
    found = sagemaker_ground_truth.read(tmp_path / "o.manifest", images)
    assert [one.path for one in found.records] == ["a.jpg"]
    (finding,) = found.findings
    assert (finding.code, finding.path) == (
        "image-without-annotation",
        "b.jpg",
    ) and reason in finding.message


def test_a_job_of_which_every_label_failed(tmp_path, images):
    (tmp_path / "o.manifest").write_text(json.dumps(failed()))
    found = sagemaker_ground_truth.read(tmp_path / "o.manifest", images)
    assert found.records == []
    assert "ClientError: the image cannot be shown" in found.findings[0].message


@pytest.mark.parametrize(
    "lines, options, message",
    [
        (["[1]", "{}"], {}, "output.manifest: found no line with source-ref"),
        ([""], {}, "found no line with source-ref"),
        (
            [dict(line(BOX), **line(BOX, name="verified"))],
            {},
            r"found boxes under \['animals', 'verified'\]",
        ),
        ([line(BOX)], {"attribute": "verified"}, r"under \['animals'\], expected 'verified'"),
    ],
)
def test_what_cannot_be_told_is_asked_for(read, lines, options, message):
    with pytest.raises(BadInput, match=message):
        read(*lines, **options)


def test_of_two_jobs_one_is_chosen(read):
    both = dict(line(BOX), **line(dict(BOX, class_id=0), name="verified"))
    assert read(both, attribute="verified")[0][0].objects.labels == ("dog",)
    assert read(both, attribute="animals")[0][0].objects.labels == ("cat",)


def test_the_original_is_not_looked_for_outside(tmp_path, images, paint):
    secret = paint(tmp_path / "secret.jpg")
    (tmp_path / "o.manifest").write_text(json.dumps(line(BOX, ref=str(secret))))
    found = sagemaker_ground_truth.read(tmp_path / "o.manifest", images)
    assert found.records == [] and "annotation-without-image" in [
        one.code for one in found.findings
    ]
