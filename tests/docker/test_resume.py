"""Jobs that are killed, stopped or that end by themselves before their time."""

import json
import random
import re
import signal
import time

import numpy as np
import pytest
import tensorflow as tf

from helpers.training import curves, event_reader

pytestmark = pytest.mark.training


def tensors(prefix):
    reader = tf.train.load_checkpoint(str(prefix))
    return {name: reader.get_tensor(name) for name in sorted(reader.get_variable_to_shape_map())}


def kill_at(job, step, delay, **hyperparameters):
    process = job.start(**hyperparameters)
    job.wait_for(process, lambda: max(job.steps(), default=0) >= step)
    time.sleep(delay)  # no condition is waited for: any moment will do
    job.kill(process)


def curves_in(folder):
    return curves.choose(event_reader.read(folder))[0]


def cut_newest(job):
    """The newest checkpoint ends in the middle, as on a machine that lost its power."""
    newest = job.base / "checkpoints" / f"model.ckpt-{job.saved()[-1]}.data-00000-of-00001"
    newest.write_bytes(newest.read_bytes()[:1000])


def readable(job):
    """The steps of the checkpoints that TensorFlow can read: a kill may leave half of one."""
    whole = []
    for step in job.saved():
        try:
            tensors(job.base / "checkpoints" / f"model.ckpt-{step}")
        except (tf.errors.OpError, ValueError):
            continue
        whole.append(step)
    return whole


def require_kills_against(job, whole_job, kills):
    """Steps, order of the images, weights, optimizer and averages are those of the whole run."""
    wanted = {"num_steps": 24, "save_checkpoints_steps": 4, "eval_every": 12, "log_every": 1}
    digests, chance = dict(whole_job.digests()), random.Random(0)
    moments = sorted(chance.sample(range(2, 24), kills))
    for number, step in enumerate(moments):
        before = readable(job)
        kill_at(job, step, chance.uniform(0, 0.2), **wanted)
        seen = job.digests()
        assert seen and seen.items() <= digests.items()
        assert job.steps()[0] == 1 + max(before, default=0)
        if number == kills // 2:
            cut_newest(job)
    assert job.run(**wanted) == 0 and job.failure() == ""
    assert job.digests().items() <= digests.items() and job.steps()[-1] == 24
    ours, theirs = (
        tensors(finished.base / "model" / "model.ckpt-24") for finished in (job, whole_job)
    )
    assert ours["global_step"] == 24 and ours.keys() == theirs.keys()
    assert any("ExponentialMovingAverage" in name for name in ours)
    for name, value in theirs.items():
        np.testing.assert_allclose(ours[name], value, rtol=1e-3, atol=1e-5, err_msg=name)
    assert not list(job.base.glob("checkpoints/*_temp_*"))


def test_five_kills_at_random_moments_change_nothing(averaged_job, whole_job):
    require_kills_against(averaged_job, whole_job, 5)


def test_two_kills_in_the_image_change_nothing(averaged_job_in_image, whole_job):
    require_kills_against(averaged_job_in_image, whole_job, 2)


@pytest.mark.parametrize(
    "signals, exported",
    [
        pytest.param([signal.SIGTERM], True, id="SIGTERM"),
        pytest.param([signal.SIGINT, signal.SIGTERM], False, id="SIGINT then SIGTERM"),
    ],
)
def test_told_to_stop_it_keeps_the_step(job, signals, exported):
    """And exports it in SageMaker's 120 s; until then the curves are there within seconds."""
    process = job.start(num_steps=100000, log_every=1)
    job.wait_for(process, lambda: list(job.base.glob("checkpoints/events.out.*")))
    job.wait_for(process, lambda: len(curves_in(job.base / "checkpoints").get("loss", ())) > 1)
    job.wait_for(process, lambda: "expected by " in job.last_log())
    for number in signals:
        process.send_signal(number)
    assert process.wait(300) == 1
    step = job.steps()[-1]
    outcome = "saved and exported" if exported else "saved, not exported: .*"
    assert re.search(
        f" {signals[0].name} at step {step} of 100000, {outcome}. .*checkpoint", job.failure()
    )
    assert job.saved() == [step]
    assert (job.base / "model" / f"model.ckpt-{step}.index").exists()
    report = job.base / "model" / "graph" / "export.json"
    assert report.exists() is exported
    if exported:
        assert json.loads(report.read_text())["checkpoint"]["step"] == step
    assert curves_in(job.base / "model")["learning rate"][-1].step <= step


def test_told_to_stop_before_the_first_step_it_says_so(job):
    process = job.start(num_steps=10)
    job.wait_for(process, lambda: "Calling model_fn" in job.last_log())
    process.send_signal(signal.SIGTERM)
    assert process.wait(300) == 1
    assert re.search(" SIGTERM before .*first step", job.failure())
    assert job.saved() == [] and job.steps() == []


def test_a_nan_loss_ends_the_job(job, small_channel):
    assert (
        job.run(
            num_steps=20,
            learning_rate="1e30",
            save_checkpoints_steps=1,
            log_every=1,
            precision="mixed",
        )
        == 1
    )
    if not tf.test.is_gpu_available():
        assert re.search("no GPU .*; .*float32", job.last_log())
    failure = re.search(
        r"loss is (nan|inf|-inf) at step (\d+), .*learning rate of (\S+), .* images (.+)\. "
        "Lower learning_rate",
        job.failure(),
    )
    assert failure, job.failure()
    step, images = int(failure.group(2)), failure.group(4).split(", ")
    known = (small_channel / "data_train.csv").read_text()
    assert len(images) == 4 and all(f"\n{name}," in known for name in images)
    assert 1e27 < float(failure.group(3)) < 1e31
    assert all(kept < step - 1 for kept in job.saved())


def test_quantization_aware_training_does_not_resume_from_float(again):
    assert again.run(num_steps=30, quantize="True", inference_type="QUANTIZED_UINT8") == 1
    assert "without quantization" in again.failure()
    assert again.saved()[-1] == 24


def test_early_stopping(job):
    wanted = {
        "num_steps": 5000,
        "eval_every": 2,
        "early_stopping_patience": 2,
        "log_every": 1,
        "learning_rate": "1e-20",
    }
    assert job.run(**wanted) == 0
    kept = json.loads((job.base / "model" / "best" / "best.json").read_text())
    measured = [evaluation["mAP"] for evaluation in kept["evaluations"]]
    since = [
        number - measured.index(max(measured[: number + 1])) for number in range(len(measured))
    ]
    assert since.index(2) == len(measured) - 1
    assert job.steps()[-1] == 2 * len(measured) < 5000
    best = 2 * (1 + measured.index(max(measured)))
    assert kept["best"]["step"] == best
    exported = f"exporting {job.base}/model/best/model.ckpt-{best}, .*mAP"
    assert re.search(exported, job.last_log())
    assert job.run(**wanted) == 0 and job.steps() == []
