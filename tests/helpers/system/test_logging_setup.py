"""Deprecation warnings are silenced, errors are not."""

import os
import subprocess
import sys

import pytest

SETUP = """
import logging, warnings
from helpers.system import logging_setup
logging_setup.quiet()
"""


def stderr_of(code):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    return subprocess.run(
        [sys.executable, "-c", SETUP + code],
        env=environment,
        stderr=subprocess.PIPE,
        check=True,
        universal_newlines=True,
    ).stderr


@pytest.mark.parametrize(
    "code, expected",
    [
        ("warnings.warn('old', DeprecationWarning)", ""),
        ("warnings.warn('old', FutureWarning)", ""),
        ("import boto3; boto3.client('s3', 'eu-west-1')", ""),
        ("logging.getLogger('tensorflow').warning('old')", ""),
        ("logging.getLogger('helpers').info('detail')", ""),
        ("logging.getLogger('tensorflow').error('broken')", "ERROR: broken\n"),
        ("logging.getLogger('helpers').warning('odd')", "WARNING: odd\n"),
    ],
    ids=["deprecation", "future", "boto3", "TF warning", "info", "TF error", "our warning"],
)
def test_what_reaches_standard_error(code, expected):
    assert stderr_of(code) == expected


def test_the_log_level_of_tensorflow_is_a_default_only(monkeypatch):
    from helpers.system import logging_setup

    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    logging_setup.quiet()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"
