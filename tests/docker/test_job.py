"""Jobs that must fail, with the cause where SageMaker shows it: here, and in the image."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import spoiled

TRAIN = Path(__file__).resolve().parents[2] / "docker" / "train"
PATIENCE = 300.0


def spoilt(new_job, name):
    case = spoiled.CASES[name]
    job = new_job()
    if case.spoil:
        case.spoil(job)
    (job / "input" / "config" / "hyperparameters.json").write_text(case.hyperparameters)
    return job, case.message


def require_failure(job, message):
    failure = (job / "output" / "failure").read_text()
    first = failure.splitlines()[0]
    assert re.search(message, first) and len(first) < 1024, failure
    assert "Traceback" not in first and "Traceback" in failure


@pytest.mark.parametrize("name", spoiled.QUICK)
def test_the_cause_is_the_first_line(new_job, name):
    job, message = spoilt(new_job, name)
    result = subprocess.run(
        [sys.executable, str(TRAIN)],
        stderr=subprocess.PIPE,
        universal_newlines=True,
        env=dict(os.environ, SAGEMAKER_BASE_DIR=str(job)),
    )
    assert result.returncode == 1
    require_failure(job, message)
    assert re.search(message, result.stderr) and not list(job.glob("checkpoints/*"))


@pytest.mark.parametrize("name", [name for name in spoiled.CASES if name not in spoiled.QUICK])
def test_in_the_image(new_job, run_in_image, name):
    job, message = spoilt(new_job, name)
    ran = run_in_image(job, PATIENCE)
    assert ran.code == 1, ran.log
    require_failure(job, message)
