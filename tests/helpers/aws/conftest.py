"""The tables of a processing job, and its request."""

import pytest

from helpers.annotations import csv_table, label_map_file
from helpers.aws import sagemaker_processing
from helpers.aws.sagemaker_processing import ProcessingOptions

ROLE = "arn:aws:iam::123456789012:role/service-role/Trainer"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/photos-to-pi:abc"
NAME = "records-1"


@pytest.fixture()
def tables(tmp_path, many, three_labels):
    """Tables of seven and three images."""
    _, records = many
    for split, split_records in (("train", records[:7]), ("eval", records[7:])):
        csv_table.write(split_records, tmp_path / "tables" / f"data_{split}.csv")
    label_map_file.write(three_labels, tmp_path / "tables" / "label_map.pbtxt")
    return tmp_path / "tables"


@pytest.fixture()
def request_of(tables):
    """``request_of(name, where, **options)`` is a request for these tables."""

    def build(name=NAME, where=None, **options):
        where = where or sagemaker_processing.places("s3://my-bucket/pictures/", NAME, "/")
        options = ProcessingOptions(**dict({"role_arn": ROLE}, **options))
        return sagemaker_processing.request(name, IMAGE, where, tables, options)

    return build
