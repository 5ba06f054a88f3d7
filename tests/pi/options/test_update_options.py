"""What goes with --update on the command line."""

import pytest


@pytest.mark.parametrize(
    "arguments",
    [
        ["photo.jpg", "--update", "model.zip"],
        ["photo.jpg", "--sha256", "0" * 64],
        ["--update", "http://host/pi.zip"],
    ],
    ids=["a source too", "sha256 alone", "an address without sha256"],
)
def test_wrong_usage(run_detect, arguments):
    result = run_detect(*arguments)
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1].startswith("detect.py: ")
