"""Records of a processing job: fetched from a stand-in for S3, added up, put beside the tables."""

import pytest
from aws_account import ACCOUNT

from helpers.aws import remote_records
from helpers.structures.errors import BadInput
from helpers.tfrecords import manifest, tfrecord
from helpers.workspace import TrainingChannel

NAME = "records-1"


@pytest.fixture()
def written(bucket, tmp_path, many, tables, three_labels):
    """The photos in S3, and there too what two machines made of them."""
    images, records = many
    for record in records:
        bucket.upload_file(str(images / record.path), "my-bucket", f"pictures/{record.path}")
    for number in range(2):
        out = tmp_path / f"machine-{number}"
        entries = []
        for split, split_records in (("train", records[:7]), ("eval", records[7:])):
            path = out / f"{split}.record-{number:05d}-of-00002"
            tfrecord.write(split_records[number::2], three_labels, images, path)
            entries += manifest.entries([path], three_labels)
        manifest.write_part(
            manifest.part_path(out, number, 2), entries, TrainingChannel(tables), {}
        )
        for path in out.glob("[!.]*"):
            bucket.upload_file(str(path), "my-bucket", f"records/{NAME}/made/{path.name}")
    return bucket


def test_records_are_made_fetched_and_put_beside_the_tables(
    written, request_of, tables, three_labels
):
    (tables / "train.record").write_bytes(b"of an earlier run")
    (tables / "mine.txt").write_text("mine")
    statuses = []
    whole = remote_records.make_records(request_of(), tables, ACCOUNT, statuses.append)
    assert statuses == ["Completed"] and whole["train"]["images"] == 7
    assert sorted(path.name for path in tables.iterdir()) == [
        "data_eval.csv",
        "data_train.csv",
        "eval.record-00000-of-00002",
        "eval.record-00001-of-00002",
        "label_map.pbtxt",
        "manifest.json",
        "mine.txt",
        "train.record-00000-of-00002",
        "train.record-00001-of-00002",
    ]
    stored = list(tfrecord.read(tfrecord.existing(tables / "train.record"), three_labels))
    assert sorted(item.filename for item in stored) == [f"{number}.jpg" for number in range(7)]
    sent = written.list_objects_v2(Bucket="my-bucket", Prefix=f"records/{NAME}/tables/")
    assert [item["Key"].rpartition("/")[2] for item in sent["Contents"]] == sorted(
        path.name for path in TrainingChannel(tables).record_inputs
    )


def test_records_that_do_not_add_up_replace_nothing(written, request_of, tables):
    (tables / "train.record").write_bytes(b"of an earlier run")
    written.delete_object(
        Bucket="my-bucket", Key=f"records/{NAME}/made/train.record-00001-of-00002"
    )
    with pytest.raises(BadInput, match="train.record-00001-of-00002.*missing"):
        remote_records.make_records(request_of(), tables, ACCOUNT)
    assert tfrecord.existing(tables / "train.record") == [tables / "train.record"]
    assert (tables / "train.record").read_bytes() == b"of an earlier run"


def test_a_photo_that_is_not_there_is_named_before_anything_is_sent(written, request_of, tables):
    written.delete_object(Bucket="my-bucket", Key="pictures/4.jpg")
    with pytest.raises(BadInput, match="missing: s3://my-bucket/pictures/4.jpg"):
        remote_records.make_records(request_of(), tables, ACCOUNT)
    sagemaker = ACCOUNT.client("sagemaker")
    assert sagemaker.list_processing_jobs()["ProcessingJobSummaries"] == []
