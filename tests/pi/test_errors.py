"""An error's text fits on the one line that detect.py prints."""

import pytest

from detection.errors import InputError, UsageError, one_line


@pytest.mark.parametrize(
    "error, line",
    [
        pytest.param(ValueError("plain"), "plain", id="plain"),
        pytest.param(ValueError(" two\n  lines\t"), "two lines", id="line breaks"),
        pytest.param(ValueError(), "ValueError", id="no message"),
        pytest.param(InputError("a.jpg: bad"), "a.jpg: bad", id="InputError"),
    ],
)
def test_one_line(error, line):
    assert one_line(error) == line


def test_bad_input_and_wrong_usage_are_told_apart():
    assert not issubclass(UsageError, InputError)
    assert not issubclass(InputError, UsageError)
