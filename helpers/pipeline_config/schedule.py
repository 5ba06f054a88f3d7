"""What in a ``pipeline.config`` counts in training steps or depends on the batch size.

A run of another length keeps the shape of its learning-rate schedule: warm-up, boundaries and
decay are stretched with the steps. Another batch size scales every rate in proportion (Goyal et
al., "Accurate, Large Minibatch SGD", 2017, section 2.1).
"""

from __future__ import annotations

from typing import Any, Iterator, Tuple

from helpers.pipeline_config import protos

QAT_FROM = 0.8  # of the steps; the last fifth is quantization-aware, at a low rate
_RATES = {
    "constant_learning_rate": ("learning_rate",),
    "exponential_decay_learning_rate": (
        "initial_learning_rate",
        "burnin_learning_rate",
        "min_learning_rate",
    ),
    "manual_step_learning_rate": ("initial_learning_rate",),
    "cosine_decay_learning_rate": ("learning_rate_base", "warmup_learning_rate"),
}


def with_steps(config: Any, num_steps: int) -> Any:
    """A config that trains this many steps, its schedule and quantization stretched with them.

    Args:
        config: a ``TrainEvalPipelineConfig``; stays as it is.
        num_steps: training steps; 0 keeps the config's.

    Returns:
        A new ``TrainEvalPipelineConfig``.
    """
    changed = protos.copy_of(config)
    before = changed.train_config.num_steps
    if not num_steps or num_steps == before:
        return changed
    changed.train_config.num_steps = num_steps
    kind, schedule = _schedule(changed)
    if kind == "cosine_decay_learning_rate":
        before = before or schedule.total_steps
    factor = num_steps / before if before else 1.0
    if kind in _STRETCHERS:
        _STRETCHERS[kind](schedule, factor, num_steps)
    if changed.HasField("graph_rewriter"):
        quantization = changed.graph_rewriter.quantization
        quantization.delay = min(round(quantization.delay * factor), qat_start_step(num_steps))
    return changed


def with_batch_size(config: Any, batch_size: int) -> Any:
    """A config with this batch size, its learning rates scaled in proportion.

    Args:
        config: a ``TrainEvalPipelineConfig``; stays as it is.
        batch_size: images in each step; 0 keeps the config's.

    Returns:
        A new ``TrainEvalPipelineConfig``.
    """
    changed = protos.copy_of(config)
    before = changed.train_config.batch_size
    if not batch_size or batch_size == before:
        return changed
    changed.train_config.batch_size = batch_size
    for holder, name in _rates(changed):
        rate = getattr(holder, name)
        if rate and before:  # a rate of 0 stays unset
            setattr(holder, name, rate * batch_size / before)
    return changed


def with_learning_rate(config: Any, learning_rate: float) -> Any:
    """A config whose highest learning rate is this one, all its others scaled in proportion.

    Args:
        config: a ``TrainEvalPipelineConfig``; stays as it is.
        learning_rate: of a constant schedule, before the decay of an exponential one, at the top
            of a cosine or of stairs; 0 keeps the config's.

    Returns:
        A new ``TrainEvalPipelineConfig``.
    """
    changed = protos.copy_of(config)
    before = highest_rate(changed)
    if learning_rate and before:
        for holder, name in _rates(changed):
            rate = getattr(holder, name)
            if rate:  # a rate of 0 stays unset
                setattr(holder, name, rate / before * learning_rate)
    return changed


def highest_rate(config: Any) -> float:
    """The highest learning rate of a config's schedule; 0 where there is none."""
    return max((getattr(holder, name) for holder, name in _rates(config)), default=0.0)


def with_qat(config: Any) -> Any:
    """A config that ends its training with fake quantization of weights and activations to 8 bit.

    Args:
        config: a ``TrainEvalPipelineConfig``; stays as it is.

    Returns:
        A new ``TrainEvalPipelineConfig``; the config's own rewriter stays when it has one.
    """
    changed = protos.copy_of(config)
    if not changed.HasField("graph_rewriter"):
        quantization = changed.graph_rewriter.quantization
        quantization.delay = qat_start_step(changed.train_config.num_steps)
        quantization.weight_bits = quantization.activation_bits = 8
    return changed


def qat_start_step(num_steps: int) -> int:
    """The step from which a run of this length trains with fake quantization."""
    return int(num_steps * QAT_FROM)


def _schedule(config: Any) -> Tuple[str, Any]:
    """The kind of learning-rate schedule and its message; an empty kind where there is none."""
    optimizer = config.train_config.optimizer
    kind = optimizer.WhichOneof("optimizer")
    rate = getattr(optimizer, kind).learning_rate if kind else None
    schedule = rate.WhichOneof("learning_rate") if rate else None
    return (schedule, getattr(rate, schedule)) if schedule else ("", None)


def _rates(config: Any) -> Iterator[Tuple[Any, str]]:
    """Every learning rate of a config: the message that holds it, and its field."""
    kind, schedule = _schedule(config)
    for name in _RATES.get(kind, ()):
        yield schedule, name
    if kind == "manual_step_learning_rate":
        for step in schedule.schedule:
            yield step, "learning_rate"


def _stretch_cosine(schedule: Any, factor: float, num_steps: int) -> None:
    schedule.total_steps = num_steps
    schedule.warmup_steps = min(round(schedule.warmup_steps * factor), num_steps // 2)
    if schedule.hold_base_rate_steps:
        schedule.hold_base_rate_steps = min(
            round(schedule.hold_base_rate_steps * factor), num_steps - schedule.warmup_steps - 1
        )


def _stretch_exponential(schedule: Any, factor: float, num_steps: int) -> None:
    schedule.decay_steps = max(1, round(schedule.decay_steps * factor))
    if schedule.burnin_steps:
        schedule.burnin_steps = round(schedule.burnin_steps * factor)


def _stretch_manual(schedule: Any, factor: float, num_steps: int) -> None:
    last = 0
    for step in schedule.schedule:  # the API wants them strictly increasing, from 1
        last = step.step = max(last + 1, round(step.step * factor))


_STRETCHERS = {
    "cosine_decay_learning_rate": _stretch_cosine,
    "exponential_decay_learning_rate": _stretch_exponential,
    "manual_step_learning_rate": _stretch_manual,
}
