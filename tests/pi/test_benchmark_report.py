"""The table and the JSON of a benchmark, and the command that prints them."""

import json
import shutil

import pytest

from detection import benchmark_report
from detection.benchmark import STAGES, Row

ROW = Row("tflite", 2, 2, {stage: (1.25, 2.5) for stage in STAGES}, 31.5, 120.4, None)


def test_a_row_stands_below_the_heading():
    heading, text = benchmark_report.heading(), benchmark_report.as_text(ROW)
    assert len(heading) == len(text)
    for name, value in [("backend", "tflite"), ("threads", "2")]:
        end = heading.index(name) + len(name)
        assert value in text[:end]
    assert text.split()[-3:] == ["31.5", "120", "-"]
    assert text.count("1.2 (  2.5)") == len(STAGES)


def test_json():
    read = json.loads(benchmark_report.as_json([ROW], {"cores": 2}))
    assert read["cores"] == 2
    (row,) = read["rows"]
    assert row["milliseconds"]["inference"] == [1.25, 2.5]
    assert (row["rate"], row["temperature"]) == (31.5, None)


def test_the_command(run_detect, model, images, seal):
    """On the model's own test image; the model's size is in what it depends on."""
    shutil.copy(str(images[1]), str(model / "selftest.jpg"))
    described = json.loads((model / "model.json").read_text())["input"]
    seal(model, width=described["width"], height=described["height"])
    arguments = ("--benchmark", "--model", "model", "--backend", "opencv", "--threads", "1")
    ran = run_detect(*arguments, "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    read = json.loads(ran.stdout)
    assert read["input"] == [described["width"], described["height"]]
    assert [(row["backend"], row["threads"]) for row in read["rows"]] == [("opencv", 1)]
    table = run_detect(*arguments, "model/selftest.jpg")
    assert (table.returncode, table.stderr) == (0, "")
    assert len(table.stdout.splitlines()) == 4


@pytest.mark.parametrize(
    "arguments, says",
    [
        pytest.param(("--benchmark",), "selftest.jpg", id="no source and no self-test"),
        pytest.param(("--benchmark", "none.jpg"), "none.jpg", id="no such source"),
    ],
)
def test_bad_starts(run_detect, model, refused, arguments, says):
    refused(run_detect(*arguments, "--model", "model"), says)
