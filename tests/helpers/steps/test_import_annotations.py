"""The table of what is good: fixed, dropped, or refused."""

import pytest

from helpers.annotations import csv_table
from helpers.steps.import_annotations import DROP, import_annotations
from helpers.steps.validate_dataset import DatasetSource, validate_dataset
from helpers.structures.errors import BadInput


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
