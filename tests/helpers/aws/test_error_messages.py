"""What AWS refuses, in words of one line."""

import pytest
from aws_account import ACCOUNT

from helpers.aws.error_messages import code_of, translated_errors
from helpers.structures.errors import HelpersError


def test_refusals_keep_the_words_of_aws(aws):
    with pytest.raises(HelpersError, match="NoSuchBucket.*Make it") as caught:
        with translated_errors("s3://nowhere", "Make it first."):
            ACCOUNT.client("s3").list_objects_v2(Bucket="nowhere")
    assert code_of(caught.value.__cause__) == "NoSuchBucket"
    assert code_of(ValueError("x")) == ""
