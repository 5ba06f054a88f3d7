"""The demo: all steps in a row, short."""

import json

import numpy as np
import pytest
from PIL import Image

from helpers.annotations import csv_table
from helpers.steps import demo
from helpers.structures.dataset import class_counts
from helpers.structures.errors import BadInput
from helpers.workspace import Workspace


def test_one_folder_alone_ends_it_before_anything_is_written(tmp_path):
    work = Workspace.at(tmp_path / "work")
    with pytest.raises(BadInput, match="IMG and ANNOTATIONS: .* and ''"):
        demo.run(work, demo.DemoOptions(images=str(tmp_path)))
    assert not work.root.exists()


def test_a_slip_in_the_recipe_is_told_before_anything_is_written(tmp_path):
    work = Workspace.at(tmp_path / "work")
    with pytest.raises(BadInput, match="IMAGE_SIZ.* IMAGE_SIZE"):
        demo.run(work, demo.DemoOptions(values={"IMAGE_SIZ": 5}))
    assert not work.root.exists()


class Annotated(Exception):
    """The first two stages are over."""


@pytest.fixture()
def first_stage(tmp_path, monkeypatch):
    """Runs the demo until the split on own photos, one with a box without area; gives its table."""
    (tmp_path / "img").mkdir()
    for number in range(6):
        pixels = np.random.RandomState(number).randint(0, 256, (60, 80, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(str(tmp_path / "img" / f"{number}.jpg"))
    rows = [f"{number}.jpg,80,60,cat,5,5,{40 - number},40" for number in range(5)]
    rows += ["5.jpg,80,60,cat,9,9,9,40", "0.jpg,80,60,dog,70,50,45,20"]
    header = "filename,width,height,class,xmin,ymin,xmax,ymax"
    (tmp_path / "data.csv").write_text("\n".join([header, *rows, ""]))

    def stop(*_):
        raise Annotated

    monkeypatch.setattr(demo, "_records", stop)

    def run(**options):
        work = Workspace.at(tmp_path / "work")
        own = demo.DemoOptions(
            str(tmp_path / "img"), str(tmp_path / "data.csv"), "small_ssd", **options
        )
        with pytest.raises(Annotated):
            demo.run(work, own)
        return work

    return run


def test_own_photos_do_not_stop_at_a_bad_box(first_stage, capsys):
    work = first_stage()
    classes = class_counts(csv_table.read(work.table))
    assert classes == {"cat": 5, "dog": 1}
    lines = capsys.readouterr().out.splitlines()
    assert sum(str(work.changes) in line for line in lines) == 1
    assert len(work.changes.read_text().splitlines()) == 3


def test_own_photos_stop_when_told_so(first_stage):
    with pytest.raises(BadInput, match="5.jpg: .*"):
        first_stage(policy="fail")


def test_classes_of_own_photos_can_be_chosen(first_stage):
    work = first_stage(class_map="dog=cat")
    assert class_counts(csv_table.read(work.table)) == {"cat": 6}
    with pytest.raises(BadInput, match="'bird'"):
        first_stage(class_map="bird=cat")


@pytest.mark.training
def test_own_photos_go_through_all_six_stages(sample_folder, work_root, capsys):
    work = Workspace.at(work_root / "demo")
    options = demo.DemoOptions(
        str(sample_folder / "img"),
        str(sample_folder / "annotations"),
        values={"STEPS": 12},
        bundle=work.root / "bundle",
    )
    drawn = demo.run(work, options)
    printed = capsys.readouterr().out
    headings = [line for line in printed.splitlines() if line.startswith("===")]
    assert [line.split("/")[0] for line in headings] == [f"=== {stage}" for stage in range(1, 7)]
    assert f"see {work.findings}" in printed and "Look at:" in printed
    assert len(list(drawn.iterdir())) == 5  # 24 images, a fifth of them in eval
    assert json.loads((work.evaluation / "metrics.json").read_text())["images"] == 5
    assert (work.root / "bundle" / "model.json").is_file()
    assert not list((sample_folder / "img").glob("*.csv"))
