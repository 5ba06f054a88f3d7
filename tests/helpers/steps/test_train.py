"""Planning and naming jobs; what training itself does is tested with the trainer."""

import pytest
import two_stage_model

from helpers.pipeline_config import freezing, pipeline, schedule
from helpers.steps.train import (
    TrainedModel,
    export_again,
    job_name,
    plan_training,
    planned_hyperparameters,
    train,
)
from helpers.structures.errors import BadInput, MissingPart
from helpers.system import files
from helpers.training import docker_job, local_job
from helpers.training.job_layout import JobLayout
from helpers.training.local_job import JobResult
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
    configure(work)
    return work


def configure(work, checkpoint="", steps=70):
    """A ``pipeline.config`` that starts from a checkpoint of the channel, or from scratch."""
    config = schedule.with_steps(pipeline.read("small_ssd"), steps)
    config.train_config.fine_tune_checkpoint = f"/opt/ml/{checkpoint}" if checkpoint else ""
    pipeline.write(config, work.config)


@pytest.mark.parametrize(
    "given",
    [
        {"num_steps": 900},
        {"log_every": 1, "quantize": True},
        {"seed": "0", "precision": "float32"},
        {"cache_features": False},
    ],
    ids=["more steps", "what is logged and exported", "defaults as text", "how, not what"],
)
def test_the_same_inputs_resume(work, given):
    assert job_name(work, given) == job_name(work, {"num_steps": 5})


@pytest.mark.parametrize(
    "given",
    [{"learning_rate": 0.1}, {"batch_size": 3}, {"seed": 1}, {"precision": "mixed"}],
    ids=["learning rate", "batch size", "seed", "precision"],
)
def test_hyperparameters_that_change_what_is_learned_start_anew(work, given):
    name = job_name(work, given)
    assert name != job_name(work, {}) and name == job_name(work, dict(given, num_steps=9))


def test_another_config_starts_anew(work):
    name = job_name(work, {})
    configure(work, steps=71)
    assert job_name(work, {}) != name


def test_other_weights_of_the_same_name_start_anew(work):
    configure(work, "model.ckpt")
    work.checkpoint.mkdir()
    names = []
    for weights in (b"one", b"other", b"one"):
        (work.checkpoint / "model.ckpt.data-00000-of-00001").write_bytes(weights)
        names.append(job_name(work, {}))
    assert names[0] == names[2] != names[1]


def test_weights_that_training_does_not_start_from_change_nothing(work):
    name = job_name(work, {})
    work.checkpoint.mkdir()
    (work.checkpoint / "model.ckpt.index").write_bytes(b"weights")
    assert job_name(work, {}) == name


@pytest.mark.parametrize(
    "layer, suffix", [("none", "-uint8"), ("expanded_conv", "")], ids=["QAT", "calibrated"]
)
def test_a_uint8_model_resumes_where_its_training_is_that_of_a_float_model(work, layer, suffix):
    pipeline.write(freezing.with_frozen(pipeline.read("small_ssd"), layer), work.config)
    name = job_name(work, {})
    assert job_name(work, {"inference_type": "quantized_uint8"}) == name + suffix


def test_planned_hyperparameters(work):
    pipeline.write(schedule.with_steps(pipeline.read("small_ssd"), 70), work.config)
    planned = planned_hyperparameters(work, inference_type="QUANTIZED_UINT8")
    assert planned == {"num_steps": 70, "quantize": True, "inference_type": "QUANTIZED_UINT8"}
    assert planned_hyperparameters(work, 5) == dict(planned, num_steps=5, inference_type="FLOAT")


@pytest.mark.parametrize(
    "tflite, lines",
    [
        pytest.param({"kind": "float"}, 1, id="float"),
        pytest.param({"kind": "uint8", "mAP": 0.6, "float_mAP": 0.61, "drop": 0.01}, 2, id="uint8"),
        pytest.param(None, 1, id="no TFLite"),
    ],
)
def test_a_trained_model_says_what_quantization_costs(tmp_path, tflite, lines):
    files.write_json(tmp_path / "export.json", {"tflite": tflite})
    job = JobResult("mine", tmp_path, tmp_path, tmp_path / "train.log", [])
    model = TrainedModel(job, {})
    for text in (model.as_text(), model.summary_as_text()):
        assert len(text.splitlines()) == lines and ("0.6100" in text) == (lines == 2)


def test_a_plan_creates_nothing(work):
    before = sorted(work.root.rglob("*"))
    job = plan_training(work, {"num_steps": 5})
    assert job.folder == work.job(job_name(work, {}))
    assert plan_training(work, {}, "mine").folder == work.job("mine")
    assert plan_training(work, {}, where="docker").name == f"{plan_training(work, {}).name}-docker"
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


@pytest.mark.parametrize("where, module", [("here", local_job), ("docker", docker_job)])
def test_no_place_on_this_machine_asks_aws(aws_stub, work, monkeypatch, where, module):
    """With an account at hand, and every connection that is tried counted."""
    tried = []

    def trained(job, *_):
        graph = files.write_json(job.layout.graph / "export.json", {}).parent
        return JobResult(job.name, job.folder, graph, job.layout.log, [])

    def refuse(self, address):
        tried.append(address)
        raise ConnectionRefusedError(address)

    monkeypatch.setattr(module, "train", trained)
    monkeypatch.setattr("socket.socket.connect", refuse)
    pipeline.write(pipeline.read("small_ssd"), work.config)
    job = plan_training(work, planned_hyperparameters(work, 5), "one", where)
    model = train(job, work.graph, where, "image:1")
    assert (model.job.graph / "export.json").is_file()
    assert (tried, aws_stub.asked) == ([], [])


@pytest.mark.parametrize(
    "config, quantize",
    [(lambda: pipeline.read("small_ssd"), True), (two_stage_model.config, False)],
    ids=["SSD", "two stages"],
)
def test_what_is_planned_can_be_exported(work, config, quantize):
    planned = config()
    pipeline.write(planned, work.config)
    steps = planned.train_config.num_steps
    hyperparameters = planned_hyperparameters(work)
    assert (hyperparameters["num_steps"], hyperparameters["quantize"]) == (steps, quantize)
    assert planned_hyperparameters(work, 5)["num_steps"] == 5


@pytest.mark.parametrize(
    "post_training, changed",
    [("", {}), ("int8", {"quantize": "True", "inference_type": "FLOAT", "post_training": "int8"})],
    ids=["as before", "int8"],
)
def test_a_trained_model_is_quantized_by_exporting_again(work, monkeypatch, post_training, changed):
    kept = {"num_steps": "40", "inference_type": "QUANTIZED_UINT8"}
    layout, jobs = JobLayout(work.job("mine")), []
    files.write_json(layout.hyperparameters, kept)

    def run(job, _):
        jobs.append(job)
        return JobResult(job.name, job.folder, layout.graph, layout.log, [])

    monkeypatch.setattr(local_job, "train", run)
    monkeypatch.setattr(local_job, "fetch_graph", lambda _, out: out)
    model = export_again(layout.base, work, post_training)
    assert [dict(job.hyperparameters) for job in jobs] == [{**kept, **changed, "mode": "export"}]
    assert model.hyperparameters == {**kept, **changed, "mode": "train"}
