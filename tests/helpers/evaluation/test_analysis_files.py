"""Analyses on disk: JSON without NaN, and a CSV file for each table, older ones gone."""

import csv
import io
import json

import detection_results
import pytest
from detection_results import truth

from helpers.evaluation import analysis_files
from helpers.evaluation.analysis import analyse
from helpers.evaluation.coco_metrics import coco_metrics
from helpers.evaluation.label_errors import likely_label_errors

RESULTS = detection_results.one_image(truth(("dog", [0, 0, 9, 9])), ([0, 0, 9, 9], "dog", 0.9))


@pytest.mark.parametrize(
    "rows",
    [
        [{"class": 'a "b", c', "AP": 0.5}, {"class": "d\ne", "AP": 1.0}],
        [{"class": "ä", "AP": None}],
    ],
    ids=["quotes and lines", "nothing to measure"],
)
def test_a_table_is_read_back(rows):
    read = list(csv.DictReader(io.StringIO(analysis_files.as_csv(rows), newline="")))
    expected = [
        {"class": row["class"], "AP": "" if row["AP"] is None else str(row["AP"])} for row in rows
    ]
    assert [dict(row) for row in read] == expected


def test_a_table_without_rows_is_empty():
    assert analysis_files.as_csv([]).strip() == ""


def test_every_backend_has_its_tables_and_older_ones_are_gone(tmp_path):
    analysis = analyse(RESULTS, coco_metrics(RESULTS), 0.5)
    errors = likely_label_errors(RESULTS)
    analysis_files.write({"opencv": analysis, "tflite": analysis}, errors, tmp_path)
    analysis_files.write({"opencv": analysis}, errors, tmp_path)
    assert {path.name for path in (tmp_path / "tables").iterdir()} == {
        "label_errors.csv",
        *(f"opencv-{name}.csv" for name in analysis.tables()),
    }
    written = json.loads((tmp_path / "analysis.json").read_text())
    assert list(written["backends"]) == ["opencv"]
    assert written["label_errors"] == {"models": 1, "errors": []}
    assert "00000.jpg,1,0,0" in (tmp_path / "tables" / "opencv-images.csv").read_text()
