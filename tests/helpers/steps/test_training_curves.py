"""Curves and images of runs: as rows, text, plots and files."""

import csv
import io
import math

import event_files
import pytest
from PIL import Image

from helpers.steps.training_curves import read_curves
from helpers.steps.watch_training import watch
from helpers.training.event_sources import EventRun


@pytest.fixture()
def runs(tmp_path):
    """Two runs; the second was evaluated twice, with images."""
    jobs = [event_files.job(tmp_path / name, scale=n) for n, name in ((1, "a"), (2, "b"))]
    stream = io.BytesIO()
    Image.new("RGB", (40, 20)).save(stream, "PNG")
    images = [(60, f"image/{number}/0", stream.getvalue()) for number in range(3)]
    event_files.write(jobs[1] / "checkpoints" / "eval_0", [(60, event_files.MAP, 0.25), *images], 2)
    return [EventRun(job.name, job / "checkpoints", job.name) for job in jobs]


def test_rows_have_the_last_value_and_the_best_map(runs):
    rows = {(row["run"], row["curve"]): row for row in read_curves(runs).rows()}
    assert set(rows) == {(run, name) for run in "ab" for name in ("loss", "eval loss", "mAP")}
    assert (rows["b", "mAP"]["step"], rows["b", "mAP"]["value"], rows["b", "mAP"]["best"]) == (
        60,
        0.25,
        1.0,
    )
    assert rows["a", "loss"]["points"] == 5 and rows["a", "loss"]["best"] is None


def test_every_point_is_saved(runs, tmp_path):
    curves = read_curves(runs)
    with open(str(curves.save_csv(tmp_path / "new" / "curves.csv")), newline="") as stream:
        saved = list(csv.DictReader(stream))
    assert len(saved) == len(curves.point_rows()) == 5 + 1 + 1 + 5 + 1 + 2
    assert saved[0] == {"run": "a", "curve": "loss", "step": "10", "value": saved[0]["value"]}
    assert float(saved[0]["value"]) == pytest.approx(10 / 11)


def test_plots_of_curves_and_images(runs, tmp_path):
    curves = read_curves(runs)
    assert len(curves.plot().axes) == 2
    assert len(curves.plot_images(2).axes) == 2
    assert curves.save(tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert read_curves(runs[:1]).plot_images().axes == []


def test_what_is_wrong_is_said_with_the_run(runs):
    event_files.write(runs[0].folder, [(70, "loss_1", math.nan)], 2)
    curves = read_curves(runs)
    (note,) = curves.notes()
    assert note.startswith("a: loss") and note in curves.as_text()
    curves.plot()


def test_curves_of_a_training(trained, tmp_path):
    curves = read_curves(watch(trained).runs)
    found = {row["curve"]: row for row in curves.rows()}
    parts = {"loss", "classification loss", "localization loss"}
    assert parts | {f"eval {part}" for part in parts} <= set(found)
    assert {"learning rate", "images/s", "mAP", "mAP at IoU 0.5"} <= set(found)
    steps = [row["step"] for row in curves.point_rows() if row["curve"] == "loss"]
    assert steps == sorted(set(steps)) and steps[0] < steps[-1] <= 40
    assert all(0 <= row["value"] <= 1 for name, row in found.items() if "mAP" in name)
    assert curves.notes() == []
    assert len(curves.plot_images(3).axes) == 3
    curves.save(tmp_path / "curves.png")
