"""Tags in the forms that services want and give."""

import pytest

from helpers.aws import tags


def test_the_project_is_always_among_them():
    assert tags.as_list({"team": "birds", "project": "mine"}) == [
        {"Key": "team", "Value": "birds"},
        {"Key": "project", "Value": "photos-to-pi"},
    ]
    assert tags.as_list(key="key", value="value") == [{"key": "project", "value": "photos-to-pi"}]


@pytest.mark.parametrize(
    "found, expected",
    [
        ([{"Key": "project", "Value": "photos-to-pi"}], True),
        ([{"key": "a", "value": "b"}, {"key": "project", "value": "photos-to-pi"}], True),
        ([{"TagKey": "project", "TagValue": "photos-to-pi"}], True),
        ([{"Key": "project", "Value": "another"}], False),
        ([{"Key": "photos-to-pi", "Value": "project"}], False),
        ([], False),
    ],
    ids=["capitals", "small letters", "long names", "another project", "swapped", "none"],
)
def test_are_ours(found, expected):
    assert tags.are_ours(found) is expected
