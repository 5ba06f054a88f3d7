"""Other people's evaluation, for comparison."""

import sys

import evaluation_oracle
import oracles
import pytest
from planted_results import question

# tidecv and what of its needs no environment of ours has.
TIDECV = ("tidecv==1.0.1", "appdirs==1.4.4", "seaborn==0.12.2")


@pytest.fixture(scope="session")
def supervision_matrix(oracle_python):
    """``supervision_matrix(results, threshold, iou)``: supervision's confusion matrix."""

    def matrix(results, threshold, iou):
        asked = question(results, threshold=threshold, iou=iou)
        return oracles.answer(oracle_python, evaluation_oracle, "supervision", value=asked)

    return matrix


@pytest.fixture(scope="session")
def tidecv(tmp_path_factory):
    """``tidecv(results, iou=0.5)``: AP, numbers of errors and their costs, by short name."""
    folder = tmp_path_factory.mktemp("tidecv")
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder)
    oracles.run_or_skip(*pip, *TIDECV)

    def answer(results, iou=0.5):
        asked = question(results, iou=iou)
        return oracles.answer(sys.executable, evaluation_oracle, "tidecv", value=asked, path=folder)

    return answer
