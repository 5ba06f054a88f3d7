"""The demo: all steps in a row, short."""

import json

import pytest

from helpers.steps import demo
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
