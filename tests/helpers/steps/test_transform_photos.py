"""A batch job over a folder: planned, run on the user's word, fetched, in a stand-in for AWS."""

import json

import pytest
from aws_account import ACCOUNT
from aws_stand_ins.answers import refusal
from training_jobs import request, says

from helpers.aws import inventory, s3_objects
from helpers.steps import transform_photos
from helpers.structures.errors import BadInput, HelpersError, JobFailed, MissingPart
from helpers.workspace import Workspace

NAME = "train-1"
FOUND = {"label": "cat", "score": 0.9, "box": [1.0, 2.0, 3.0, 4.0]}


@pytest.fixture()
def photos(tmp_path):
    """A folder with two photos."""
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    for name in ("a.jpg", "more/b.png"):
        (folder / name).write_bytes(name.encode())
    return folder


@pytest.fixture()
def work(aws_stub, bucket, tmp_path):
    """A work folder whose training job has run on the stand-in."""
    ACCOUNT.client("sagemaker").create_training_job(**request(NAME))
    work = Workspace.at(tmp_path / "work")
    work.remember(job=NAME, where="sagemaker", region=ACCOUNT.region)
    return work


def answer(bucket, plan, key, *detections):
    """What SageMaker would write for a photo."""
    images = [{"width": 40, "height": 20, "detections": list(detections)}]
    out = plan.where.out
    body = json.dumps({"images": images}).encode()
    bucket.put_object(Bucket=out.bucket, Key=f"{out.key}{key}.out", Body=body)


def test_the_plan_shows_the_price_and_sends_nothing(work, photos, aws_stub):
    asked = len(aws_stub.titles("Create|Put"))
    plan = transform_photos.plan_transform(work, photos)
    assert list(plan.paths) == ["a.jpg", "more/b.png"] and "USD" in plan.as_text()
    assert [len(one["Tags"]) for one in plan.requests()] == [1, 1]
    with pytest.raises(BadInput, match="BATCH"):
        transform_photos.transform(work, plan, confirm=False)
    assert len(aws_stub.titles("Create|Put")) == asked
    assert inventory.find(ACCOUNT) == []


def test_one_call_sends_waits_and_fetches(work, photos, bucket):
    plan = transform_photos.plan_transform(work, photos)
    answer(bucket, plan, "000000.jpg", FOUND)
    answer(bucket, plan, "000001.png")
    found = transform_photos.transform(work, plan, confirm=True, interval=0)
    assert s3_objects.names(plan.where.photos, ACCOUNT) == ["000000.jpg", "000001.png"]
    lines = [json.loads(line) for line in found.file.read_text().splitlines()]
    assert lines == [
        {"image": "a.jpg", "width": 40, "height": 20, "detections": [FOUND]},
        {"image": "more/b.png", "width": 40, "height": 20, "detections": []},
    ]
    assert [row["classes"] for row in found.rows()] == ["1 cat", ""]
    assert [item.kind for item in inventory.find(ACCOUNT)] == ["model"]
    assert not transform_photos.plan_transform(work, photos).under_way


def test_a_photo_without_an_answer_is_told_and_the_others_come(work, photos, bucket, aws_stub):
    plan = transform_photos.plan_transform(work, photos)
    answer(bucket, plan, "000000.jpg", FOUND)
    failed = {"TransformJobStatus": "Failed", "FailureReason": "ClientError: see the log"}
    aws_stub.plan(says(failed), to="DescribeTransformJob")
    found = transform_photos.transform(work, plan, confirm=True, interval=0)
    assert [len(photo.get("detections", ())) for photo in found.photos] == [1, 0]
    assert "more/b.png: " in found.as_text() and "ClientError: see the log" in found.as_text()


def test_a_job_without_any_answer_has_failed(work, photos, aws_stub):
    plan = transform_photos.plan_transform(work, photos)
    failed = {"TransformJobStatus": "Failed", "FailureReason": "CapacityError: none"}
    aws_stub.plan(says(failed), to="DescribeTransformJob")
    with pytest.raises(JobFailed, match="CapacityError"):
        transform_photos.transform(work, plan, confirm=True, interval=0)
    assert not transform_photos.plan_transform(work, photos).under_way


def test_an_interrupted_wait_is_taken_up_again(work, photos, bucket, monkeypatch, aws_stub):
    plan = transform_photos.plan_transform(work, photos)

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(transform_photos.sagemaker_transform, "wait", interrupted)
        with pytest.raises(KeyboardInterrupt):
            transform_photos.transform(work, plan, confirm=True)
    (photos / "c.jpg").write_bytes(b"later")
    again = transform_photos.plan_transform(work, photos)
    assert again.under_way and again.model == plan.model and again.paths.keys() == plan.paths.keys()
    answer(bucket, again, "000001.png", FOUND)
    found = transform_photos.transform(work, again, confirm=False, interval=0)
    assert [photo["image"] for photo in found.photos if "error" not in photo] == ["more/b.png"]
    assert len(aws_stub.titles("CreateTransformJob")) == 1


def test_what_sagemaker_refuses_is_not_followed(work, photos, aws_stub):
    plan = transform_photos.plan_transform(work, photos)
    refused = refusal("ResourceLimitExceeded", "The account-level service limit is 0 Instances")
    aws_stub.plan(refused, to="CreateTransformJob")
    with pytest.raises(HelpersError, match=plan.model.name):
        transform_photos.transform(work, plan, confirm=True, interval=0)
    assert not transform_photos.plan_transform(work, photos).under_way


def test_a_job_of_this_machine_shows_an_example_and_sends_nothing(tmp_path, aws, photos):
    work = Workspace.at(tmp_path / "work")
    work.remember(job="here")
    plan = transform_photos.plan_transform(work, photos)
    assert "nothing is sent" in plan.as_text()
    with pytest.raises(MissingPart):
        transform_photos.transform(work, plan, confirm=True)


def test_a_folder_without_photos(work, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="empty"):
        transform_photos.plan_transform(work, tmp_path / "empty")
