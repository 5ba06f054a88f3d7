"""The table of what is good: fixed, dropped, or refused."""

import pytest

from helpers.annotations import csv_table
from helpers.steps.import_annotations import DROP, import_annotations
from helpers.steps.validate_dataset import DatasetSource, validate_dataset
from helpers.structures.errors import BadInput
from helpers.structures.findings import KINDS


@pytest.fixture()
def validation(tmp_path, paint):
    """One image with a good box and one whose corners are swapped, one with a box outside."""
    for name in ("a.jpg", "b.jpg"):
        paint(tmp_path / "img" / name, (80, 60))
    table = tmp_path / "data.csv"
    table.write_text(
        "filename,width,height,class,xmin,ymin,xmax,ymax\n"
        "a.jpg,80,60,cat,5,5,40,40\na.jpg,80,60,cat,70,50,45,20\nb.jpg,80,60,cat,100,5,120,40\n"
    )
    return validate_dataset(DatasetSource(table, tmp_path / "img", "csv"))


def test_errors_that_are_left_write_nothing(validation, tmp_path):
    with pytest.raises(BadInput, match="b.jpg"):
        import_annotations(validation, tmp_path / "out.csv", fix=True)
    assert not (tmp_path / "out.csv").exists()


def test_fixes_and_drops_are_listed(validation, tmp_path):
    before = validation.source.annotations.read_bytes()
    dataset = import_annotations(validation, tmp_path / "out.csv", fix=True, policy=DROP)
    assert dataset.table == tmp_path / "out.csv"
    assert [record.objects.boxes.tolist() for record in csv_table.read(dataset.table)][0] == [
        [5, 5, 40, 40],
        [45, 20, 70, 50],
    ]
    assert [finding.path for finding in dataset.dropped] == ["b.jpg"]
    assert len(dataset.changes()) == len(dataset.fixed) + 1
    assert dataset.changes()[-1].startswith("left out: b.jpg")
    assert dataset.as_text().endswith("{'cat': 2}")
    assert dataset.size_as_text() == f"{len(dataset.records)} images, 2 boxes"
    assert validation.source.annotations.read_bytes() == before


def test_three_lines_say_what_was_done_and_where_the_list_is(validation, tmp_path):
    log = tmp_path / "changes.txt"
    dataset = import_annotations(validation, tmp_path / "out.csv", True, DROP, log)
    fixed, left_out, listed = dataset.changes_as_text().splitlines()
    assert KINDS["box-swapped-corners"].title in fixed and "1 x" in fixed
    assert "1 objects, 1 of 2" in left_out and KINDS["box-outside-image"].title in left_out
    assert str(log) in listed and log.read_text().splitlines() == dataset.changes()


def test_an_error_says_how_to_leave_out_what_is_bad(validation, tmp_path):
    with pytest.raises(BadInput, match="--policy drop"):
        import_annotations(validation, tmp_path / "out.csv")


@pytest.mark.parametrize(
    "rows, parts",
    [
        pytest.param(["x.jpg,80,60,cat,5,5,40,40"] * 3, ["x.jpg", "found no image"], id="no image"),
        pytest.param(["b.jpg,80,60,cat,5,5,5,40"], ["b.jpg", "object 1"], id="no good box"),
    ],
)
def test_the_reason_stays_when_nothing_is_left(tmp_path, paint, rows, parts):
    paint(tmp_path / "img" / "b.jpg", (80, 60))
    table = tmp_path / "data.csv"
    table.write_text("\n".join(["filename,width,height,class,xmin,ymin,xmax,ymax", *rows, ""]))
    found = validate_dataset(DatasetSource(table, tmp_path / "img", "csv"))
    with pytest.raises(BadInput) as error:
        import_annotations(found, tmp_path / "out.csv", True, DROP)
    assert all(part in str(error.value) for part in parts)
    assert not (tmp_path / "out.csv").exists()


def test_the_source_is_never_overwritten(validation):
    with pytest.raises(BadInput, match="data.csv.*overwritten"):
        import_annotations(validation, validation.source.annotations, True, DROP)


@pytest.mark.parametrize(
    "lines, policy, reason",
    [
        ("a.jpg,80,60,cat,5,5,5,40\nb.jpg,80,60,cat,100,5,100,40\n", DROP, "2 x box without area"),
        ("c.jpg,80,60,cat,5,5,40,40\n", DROP, "1 x annotation without image"),
    ],
    ids=["no box is left", "no image is there"],
)
def test_when_nothing_is_left_the_reason_is_said(tmp_path, paint, lines, policy, reason):
    for name in ("a.jpg", "b.jpg"):
        paint(tmp_path / "img" / name, (80, 60))
    table = tmp_path / "data.csv"
    table.write_text(f"filename,width,height,class,xmin,ymin,xmax,ymax\n{lines}")
    validation = validate_dataset(DatasetSource(table, tmp_path / "img", "csv"))
    with pytest.raises(BadInput) as error:
        import_annotations(validation, tmp_path / "out.csv", policy=policy)
    assert reason in str(error.value) and str(table) in str(error.value)
    assert str(error.value).endswith(".")
