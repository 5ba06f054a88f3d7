"""Planning and naming jobs; what training itself does is tested with the trainer."""

import pytest

from helpers.steps.train import job_name, plan_training, train
from helpers.structures.errors import BadInput, MissingPart
from helpers.workspace import Workspace


@pytest.fixture()
def work(tmp_path):
    work = Workspace.at(tmp_path)
    work.training.mkdir()
    for path in (
        work.config,
        work.label_map,
        work.channel.record("train"),
        work.channel.record("eval"),
    ):
        path.write_bytes(path.name.encode())
    return work


def test_the_same_inputs_resume_and_others_start_anew(work):
    name = job_name(work.training, {"num_steps": 5})
    assert name == job_name(work.training, {"num_steps": 900})
    assert job_name(work.training, {"quantize": True, "inference_type": "QUANTIZED_UINT8"}) == (
        f"{name}-uint8"
    )
    work.config.write_bytes(b"other")
    assert job_name(work.training, {}) != name


def test_a_plan_creates_nothing(work):
    before = sorted(work.root.rglob("*"))
    job = plan_training(work, {"num_steps": 5})
    assert job.folder == work.job(job_name(work.training, {}))
    assert plan_training(work, {}, "mine").folder == work.job("mine")
    assert sorted(work.root.rglob("*")) == before


@pytest.mark.parametrize(
    "hyperparameters, message",
    [({"num_stepz": 5}, "num_stepz.* num_steps"), ({"batch_size": 0}, "batch_size.*0")],
    ids=["misspelt", "impossible"],
)
def test_what_the_trainer_refuses_is_refused_before(work, hyperparameters, message):
    with pytest.raises(BadInput, match=message):
        plan_training(work, hyperparameters)


def test_without_records_there_is_no_plan(tmp_path):
    with pytest.raises(MissingPart, match="02_tfrecords"):
        plan_training(Workspace.at(tmp_path), {})


def test_where_is_one_of_two(work):
    with pytest.raises(BadInput, match="'nowhere', .*docker"):
        train(plan_training(work, {}), work.graph, "nowhere")
    assert not (work.root / "jobs").exists()
