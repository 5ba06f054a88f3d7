"""The preflight as a step: one report, or every mistake at once."""

import pytest

from helpers.annotations import label_map_file
from helpers.steps.preflight import run_preflight
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap


@pytest.fixture()
def work(prepared_work, tmp_path):
    return prepared_work(tmp_path)


def test_inputs_that_fit_are_counted(work):
    report = run_preflight(work.training, work.checkpoint)
    counts = {row["split"]: row["images"] for row in report.rows()}
    assert set(counts) == {"train", "eval"} and sum(counts.values()) == 24
    assert report.as_text() == f"train: {counts['train']}, eval: {counts['eval']}; from scratch"


def test_every_mistake_is_named_at_once(work):
    label_map_file.write(LabelMap.of(["cat"]), work.label_map)
    work.channel.record("eval").unlink()
    with pytest.raises(BadInput) as caught:
        run_preflight(work.training, work.checkpoint)
    assert "num_classes" in str(caught.value) and "eval.record" in str(caught.value)
