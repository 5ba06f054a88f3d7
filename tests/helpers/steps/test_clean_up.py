"""The last cell: what is left on AWS, and removing it."""

import aws_leftovers
from aws_account import ACCOUNT
from aws_leftovers import BUCKET, PREFIX

from helpers.steps import clean_up
from helpers.workspace import Workspace


def test_without_credentials_nothing_is_asked(without_aws, tmp_path):
    leftovers = clean_up.find_leftovers(Workspace.at(tmp_path))
    assert leftovers.rows() == [] and "no AWS credentials" in leftovers.as_text()


def test_found_shown_and_removed(bucket, tmp_path):
    work = Workspace.at(tmp_path)
    work.remember(account=ACCOUNT.number, region=ACCOUNT.region, bucket=BUCKET, prefix=PREFIX)
    aws_leftovers.make_ours_and_theirs()
    leftovers = clean_up.find_leftovers(work)
    assert leftovers.as_text().startswith(
        "9 in account 123456789012, eu-west-1: 335.80 USD a month"
    )
    assert {row["what"] for row in leftovers.rows()} >= {"endpoint", "folder in S3"}
    assert len(clean_up.remove_leftovers(leftovers)) == 9
    assert clean_up.find_leftovers(work).as_text().startswith("Nothing of this project")
