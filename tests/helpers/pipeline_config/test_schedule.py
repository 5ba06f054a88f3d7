"""Learning-rate schedules: what the Object Detection API makes of them for other runs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.pipeline_config import pipeline, schedule

CONFIG = """
model { ssd { num_classes: 90 } }
train_config {
  batch_size: 24
  num_steps: 200000
  optimizer { %s { learning_rate { %s } } use_moving_average: %s }
}
"""
OPTIMIZERS = ["rms_prop_optimizer", "momentum_optimizer", "adam_optimizer"]
COSINE = "cosine_decay_learning_rate { learning_rate_base: 0.04 total_steps: 200000 %s }"
EXPONENTIAL = (
    "exponential_decay_learning_rate { initial_learning_rate: 0.004 decay_steps: 40000 "
    "decay_factor: 0.95 %s }"
)
MANUAL = "manual_step_learning_rate { %s }"
SCHEDULES = {
    "constant": "constant_learning_rate { learning_rate: 0.002 }",
    "constant by default": "constant_learning_rate { }",
    "cosine": COSINE % "warmup_learning_rate: 0.01 warmup_steps: 2000",
    "cosine with the default warm-up": COSINE % "warmup_learning_rate: 0.01",
    "cosine without a warm-up": COSINE % "warmup_steps: 0",
    "cosine that holds": COSINE
    % ("warmup_learning_rate: 0.01 warmup_steps: 2000 hold_base_rate_steps: 50000"),
    "exponential": EXPONENTIAL % "",
    "exponential without stairs": EXPONENTIAL % "staircase: false",
    "exponential with burn-in": EXPONENTIAL % "burnin_steps: 20000 burnin_learning_rate: 0.001",
    "exponential with a least rate": EXPONENTIAL % "min_learning_rate: 0.0035",
    "manual": MANUAL
    % (
        "initial_learning_rate: 0.0003 "
        "schedule { step: 90000 learning_rate: .00003 } "
        "schedule { step: 120000 learning_rate: .000003 }"
    ),
    "manual with first steps": MANUAL
    % (
        "initial_learning_rate: 0.0 "
        "schedule { step: 1 learning_rate: .0002 } "
        "schedule { step: 2 learning_rate: .0003 } "
        "schedule { step: 150000 learning_rate: .00003 }"
    ),
    "manual with a warm-up": MANUAL
    % (
        "initial_learning_rate: 0.0001 warmup: true "
        "schedule { step: 20000 learning_rate: .0005 } "
        "schedule { step: 90000 learning_rate: .00003 }"
    ),
}


def config(name="cosine", optimizer="rms_prop_optimizer", average="false"):
    return pipeline.parse(CONFIG % (optimizer, SCHEDULES[name], average))


def rates(made, steps):
    """The learning rates at these steps, as the Object Detection API builds them."""
    import tensorflow as tf
    from object_detection.builders import optimizer_builder

    with tf.Graph().as_default(), tf.Session() as session:
        step = tf.train.get_or_create_global_step()
        _, (rate,) = optimizer_builder.build(made.train_config.optimizer)
        rate = rate if tf.is_tensor(rate) else tf.constant(rate)
        return np.array([session.run(rate, {step: int(at)}) for at in steps])


def test_every_schedule_and_optimizer_of_the_proto_is_here():
    from object_detection.protos import optimizer_pb2

    kinds = {field.name for field in optimizer_pb2.LearningRate.DESCRIPTOR.fields}
    assert kinds == {text.split(" ")[0] for text in SCHEDULES.values()}
    of_optimizers = optimizer_pb2.Optimizer.DESCRIPTOR.oneofs_by_name["optimizer"].fields
    assert {field.name for field in of_optimizers} == set(OPTIMIZERS)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("num_steps", [1, 2, 7, 2000, 1000000])
def test_a_schedule_is_stretched_with_the_run(name, num_steps):
    made = schedule.with_steps(config(name), num_steps)
    shares = np.linspace(0, 1, 21)
    actual = rates(made, np.round(shares * num_steps))
    assert np.isfinite(actual).all() and (actual >= 0).all()
    if num_steps >= 2000:
        expected = rates(config(name), np.round(shares * 200000))
        np.testing.assert_allclose(actual, expected, rtol=2e-3, atol=1e-8)


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("batch_size", [1, 8, 24, 96])
def test_the_rates_are_in_proportion_to_the_batch(name, batch_size):
    made = schedule.with_batch_size(config(name), batch_size)
    assert made.train_config.batch_size == batch_size
    steps = [0, 500, 1000, 20001, 90001, 199000]
    np.testing.assert_allclose(
        rates(made, steps), rates(config(name), steps) * batch_size / 24, rtol=1e-5
    )


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("rate", [1e-6, 0.004, 3.0, 1e30])
def test_the_highest_rate_is_the_one_asked_for(name, rate):
    made = schedule.with_learning_rate(config(name), rate)
    steps = [0, 1, 2, 2000, 10000, 20000, 20001, 90001, 150001, 199000]
    actual = rates(made, steps)
    assert actual.max() == pytest.approx(rate, rel=1e-5)
    assert schedule.highest_rate(made) == pytest.approx(rate)
    before = rates(config(name), steps)
    np.testing.assert_allclose(actual / rate, before / before.max(), rtol=1e-4)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("average", ["true", "false"])
def test_every_optimizer(optimizer, average):
    template = config("cosine", optimizer, average)
    made = schedule.with_batch_size(schedule.with_steps(template, 100), 12)
    np.testing.assert_allclose(
        rates(made, [0, 1, 50, 100]),
        rates(template, [0, 2000, 100000, 200000]) / 2,
        rtol=1e-3,
        atol=1e-9,
    )


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(SCHEDULES)),
    num_steps=st.integers(1, 10**6),
    batch_size=st.integers(1, 512),
)
def test_what_is_made_is_always_what_the_api_accepts(name, num_steps, batch_size):
    import tensorflow as tf
    from object_detection.builders import optimizer_builder

    made = schedule.with_batch_size(schedule.with_steps(config(name), num_steps), batch_size)
    with tf.Graph().as_default():
        optimizer_builder.build(made.train_config.optimizer)
    assert (made.train_config.num_steps, made.train_config.batch_size) == (num_steps, batch_size)


@pytest.mark.parametrize(
    "change, value",
    [
        (schedule.with_steps, 0),
        (schedule.with_steps, 200000),
        (schedule.with_batch_size, 0),
        (schedule.with_batch_size, 24),
        (schedule.with_learning_rate, 0),
    ],
    ids=["no steps", "same steps", "no batch size", "same batch size", "no rate"],
)
@pytest.mark.parametrize("name", SCHEDULES)
def test_the_same_value_changes_nothing(change, value, name):
    assert change(config(name), value) == config(name)


@pytest.mark.parametrize(
    "change",
    [
        lambda made: schedule.with_steps(made, 10),
        lambda made: schedule.with_batch_size(made, 10),
        lambda made: schedule.with_learning_rate(made, 0.1),
        schedule.with_qat,
    ],
    ids=["steps", "batch size", "learning rate", "QAT"],
)
def test_the_input_stays_unchanged(change):
    made = config()
    assert change(made) != made == config()


def test_a_warm_up_takes_no_more_than_half_of_a_run():
    text = CONFIG % (
        OPTIMIZERS[0],
        COSINE % "warmup_learning_rate: 0.01 warmup_steps: 150000",
        "false",
    )
    made = schedule.with_steps(pipeline.parse(text), 100)
    rate = made.train_config.optimizer.rms_prop_optimizer.learning_rate
    assert rate.cosine_decay_learning_rate.warmup_steps == 50


def test_a_config_without_steps_goes_by_the_length_of_its_cosine():
    template = config()
    template.train_config.ClearField("num_steps")
    cosine = schedule.with_steps(
        template, 1000
    ).train_config.optimizer.rms_prop_optimizer.learning_rate.cosine_decay_learning_rate
    assert (cosine.total_steps, cosine.warmup_steps) == (1000, 10)


@pytest.mark.parametrize(
    "optimizer",
    ["", "optimizer { }", "optimizer { adam_optimizer { } }"],
    ids=["no optimizer", "empty optimizer", "no learning rate"],
)
def test_a_config_without_a_schedule_changes_only_steps_and_batch(optimizer):
    made = pipeline.parse("train_config { batch_size: 4 num_steps: 10 %s }" % optimizer)
    made = schedule.with_batch_size(schedule.with_steps(made, 20), 8)
    assert schedule.with_learning_rate(made, 0.1) == made and schedule.highest_rate(made) == 0
    assert (made.train_config.num_steps, made.train_config.batch_size) == (20, 8)


@pytest.mark.parametrize("num_steps, delay", [(1, 0), (10, 8), (1300, 1040)])
def test_fake_quantization_comes_in_the_last_fifth(num_steps, delay):
    made = schedule.with_qat(schedule.with_steps(config(), num_steps))
    assert made.graph_rewriter.quantization.delay == delay
    from object_detection.builders import graph_rewriter_builder

    assert callable(graph_rewriter_builder.build(made.graph_rewriter, is_training=True))


@pytest.mark.parametrize(
    "template, num_steps, delay",
    [
        (48000, 1000, 240),  # of 200,000: its share of the run stays
        (190000, 1000, 800),  # unless less than a fifth were left
        (500000, 1000, 800),
        (48000, 0, 48000),
    ],
)
def test_a_templates_own_delay_is_stretched(template, num_steps, delay):
    made = config()
    made.graph_rewriter.quantization.delay = template
    assert schedule.with_steps(made, num_steps).graph_rewriter.quantization.delay == delay
    assert schedule.with_qat(made) == made
