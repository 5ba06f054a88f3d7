"""The curves of a job, and TensorBoard on them."""

from urllib.request import urlopen

import pytest

from helpers.steps.training_curves import read_curves, start_tensorboard
from helpers.structures.errors import MissingPart


def test_loss_and_map_of_the_training(trained, tmp_path):
    curves = read_curves(trained.job_in_use())
    assert set(curves.curves) >= {"loss", "mAP"}
    steps = [point.step for point in curves.curves["loss"]]
    assert steps == sorted(set(steps)) and steps[0] < steps[-1] <= 40
    assert {row["curve"] for row in curves.rows()} == set(curves.curves)
    assert curves.as_text().count("\n") == len(curves.curves) - 1
    assert len(curves.plot("title").axes) == len(curves.curves)
    assert curves.save(tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_tensorboard_starts_and_stops(trained):
    board = start_tensorboard(read_curves(trained.job_in_use()))
    try:
        assert b'"."' in urlopen(board.url + "data/runs").read()
    finally:
        board.stop()
    with pytest.raises(OSError):
        urlopen(board.url, timeout=2)


def test_a_job_without_events_is_named(tmp_path):
    with pytest.raises(MissingPart, match="04_train"):
        read_curves(tmp_path)
