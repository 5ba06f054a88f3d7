"""Detections as a table that goes on after a restart."""

import csv

import pytest
from pi_results import grey, result

from detection.errors import InputError
from detection.sinks.csv_file import COLUMNS, CsvFile
from detection.structures import Detection

CUP = Detection("cup, blue", 0.5, (1.0, 2.0, 3.0, 4.0), 7)


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_row_for_each_detection(tmp_path):
    path = tmp_path / "out.csv"
    with CsvFile(path) as sink:
        sink.write(result(grey(name="clip.mp4", number=1)._replace(stream_time=0.0), CUP, CUP))
        sink.write(result(grey(name="clip.mp4", number=2)))
        sink.write(result(grey(name="none.png")))
        # On the disk before the end.
        assert len(rows(path)) == 3
    first, _, empty = rows(path)
    assert tuple(first) == COLUMNS
    assert (first["frame"], first["label"], first["score"]) == ("1", "cup, blue", "0.5")
    assert [first[name] for name in COLUMNS[8:]] == ["1.0", "2.0", "3.0", "4.0", "7"]
    assert (empty["source"], empty["label"], empty["x_min"]) == ("none.png", "", "")


def test_a_table_of_ours_goes_on(tmp_path):
    for _ in range(2):
        with CsvFile(tmp_path / "out.csv") as sink:
            sink.write(result(grey(), CUP))
    assert [row["label"] for row in rows(tmp_path / "out.csv")] == ["cup, blue"] * 2


def test_another_table_is_written_over_by_force_alone(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("filename,class\n")
    with pytest.raises(InputError, match="data.csv: .*--force"):
        CsvFile(path)
    assert path.read_text() == "filename,class\n"
    with CsvFile(path, force=True):
        pass
    assert rows(path) == []


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="out.csv: "):
        CsvFile(tmp_path / "nowhere" / "out.csv")
