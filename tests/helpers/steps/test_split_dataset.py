"""The split as a step: tables, what is shown of them, and the split of before."""

import shutil
from pathlib import Path

import pytest

from helpers.annotations import csv_table
from helpers.steps.import_annotations import import_annotations
from helpers.steps.split_dataset import SplitOptions, split_dataset
from helpers.steps.validate_dataset import DatasetSource, validate_dataset
from helpers.structures.errors import BadInput


@pytest.fixture()
def table(many, tmp_path):
    return csv_table.write(many[1], tmp_path / "data.csv")


def names(path):
    return [record.path for record in csv_table.read(path)]


def test_tables_and_shares(table, tmp_path):
    result = split_dataset(table, tmp_path / "out", SplitOptions(0.8))
    train, evaluation = (
        names(tmp_path / "out" / f"data_{split}.csv") for split in ("train", "eval")
    )
    assert (len(train), len(evaluation)) == (8, 2)
    assert sorted(train + evaluation) == names(table)
    assert result.folders == [tmp_path / "out"] and result.kept == 0
    assert result.rows()[1]["class"] == "cat" and result.rows()[1]["train"] == 8
    assert result.shares_as_text() in result.as_text()
    assert "data_train.csv: 8 images, 8 boxes" in result.as_text()
    assert result.findings_as_text().startswith("warning: ")


def test_an_earlier_split_is_kept_unless_reset(table, tmp_path):
    split_dataset(table, tmp_path / "out", SplitOptions(0.8, seed=1))
    before = names(tmp_path / "out" / "data_train.csv")
    again = split_dataset(table, tmp_path / "out", SplitOptions(0.8, seed=2))
    assert names(tmp_path / "out" / "data_train.csv") == before and again.kept == 10
    assert "10 images stay" in again.as_text()
    anew = split_dataset(table, tmp_path / "out", SplitOptions(0.8, seed=2, reset=True))
    assert anew.kept == 0


def test_folds_have_folders_of_their_own(table, tmp_path):
    result = split_dataset(table, tmp_path / "out", SplitOptions(folds=5))
    assert [folder.name for folder in result.folders] == [f"fold_{fold}" for fold in range(1, 6)]
    evaluated = [name for folder in result.folders for name in names(folder / "data_eval.csv")]
    assert sorted(evaluated) == names(table)


def test_a_table_that_a_split_may_overwrite_is_refused(many, tmp_path):
    table = csv_table.write(many[1], tmp_path / "data_train.csv")
    before = table.read_bytes()
    with pytest.raises(BadInput, match="-o"):
        split_dataset(table, tmp_path)
    assert table.read_bytes() == before


def test_rules_and_the_given_division_are_shown(record, tmp_path):
    copies = [record(f"{n // 3}.rf.{n:010x}.jpg", ("cat", 1, 2, 3, 4)) for n in range(12)]
    table = csv_table.write(copies, tmp_path / "data.csv")
    result = split_dataset(table, tmp_path / "out", SplitOptions(0.75))
    assert [row["groups"] for row in result.group_rows()] == [4] and result.given == 0
    assert ".rf." in result.groups_as_text() and result.groups_as_text() in result.as_text()
    evaluated = names(tmp_path / "out" / "data_eval.csv")
    assert len(evaluated) == 3 and len({name[0] for name in evaluated}) == 1
    alone = split_dataset(table, tmp_path / "alone", SplitOptions(0.75, group_by="none"))
    assert alone.group_rows() == []
    given = [record(f"{split}/a.jpg", ("cat", 1, 2, 3, 4)) for split in ("train", "valid")]
    result = split_dataset(csv_table.write(given, tmp_path / "given.csv"), tmp_path / "as given")
    assert result.given == 2 and "--resplit" in result.as_text()
    assert names(tmp_path / "as given" / "data_eval.csv") == ["valid/a.jpg"]


@pytest.mark.parametrize(
    "lists",
    [
        pytest.param({"train_labels.csv": "0123456", "test_labels.csv": "789"}, id="two tables"),
        pytest.param({"train.csv": "0123456", "valid.csv": "789"}, id="Roboflow's names"),
    ],
)
def test_tables_named_for_a_split_are_kept_through_the_tidy_table(many, tmp_path, lists):
    for name, numbers in lists.items():
        rows = [f"{n}.jpg,40,{30 + int(n)},cat,1,2,{3 + int(n)},20" for n in numbers]
        header = "filename,width,height,class,xmin,ymin,xmax,ymax"
        (tmp_path / "ann").mkdir(exist_ok=True)
        (tmp_path / "ann" / name).write_text("\n".join([header, *rows, ""]))
    validation = validate_dataset(DatasetSource(tmp_path / "ann", many[0]))
    dataset = import_annotations(validation, tmp_path / "data.csv", fix=True)
    result = split_dataset(dataset.table, tmp_path / "out")
    assert result.given == 10
    assert names(tmp_path / "out" / "data_eval.csv") == ["7.jpg", "8.jpg", "9.jpg"]
    anew = split_dataset(dataset.table, tmp_path / "anew", SplitOptions(0.5, resplit=True))
    assert anew.given == 0 and len(names(tmp_path / "anew" / "data_eval.csv")) == 5


def test_lists_of_pascal_voc_are_kept(sample_folder, tmp_path):
    root = tmp_path / "VOC2007"
    shutil.copytree(str(sample_folder / "annotations"), str(root / "Annotations"))
    stems = sorted(path.stem for path in (root / "Annotations").glob("*.xml"))
    (root / "ImageSets" / "Main").mkdir(parents=True)
    for name, own in (("train", stems[4:]), ("val", stems[:4])):
        (root / "ImageSets" / "Main" / f"{name}.txt").write_text("\n".join(own))
    source = DatasetSource(root / "Annotations", sample_folder / "img")
    dataset = import_annotations(validate_dataset(source), tmp_path / "data.csv")
    result = split_dataset(dataset.table, tmp_path / "out", SplitOptions(0.5))
    evaluated = [Path(name).stem for name in names(tmp_path / "out" / "data_eval.csv")]
    assert (result.given, evaluated) == (24, stems[:4])
