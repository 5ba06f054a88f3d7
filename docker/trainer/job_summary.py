"""Summary of a job, logged before its first step."""

from __future__ import annotations

from typing import Optional, Sequence

from helpers.pipeline_config import schedule
from helpers.pipeline_config.preflight import PreflightResult
from helpers.system import processes
from trainer import checkpoints, hardware


def as_text(
    inputs: PreflightResult, start: Optional[str], disk: int, gpus: Sequence[str], precision: str
) -> str:
    """The report.

    Args:
        inputs: what the job reads.
        start: the checkpoint that training resumes from; ``None`` at the first start.
        disk: bytes that will be written at the most.
        gpus: names of those that are used.
        precision: that training runs at.
    """
    train = inputs.config.train_config
    step = checkpoints.step_of(start) if start else 0
    epochs = train.num_steps * train.batch_size / inputs.images["train"]
    rows = [
        ("classes", f"{len(inputs.label_map)}: {', '.join(inputs.label_map.names)}"),
        ("images", f"{inputs.images['train']} to train on, {inputs.images['eval']} to evaluate on"),
        (
            "steps",
            f"{step} to {train.num_steps}, {train.batch_size} images each: every image "
            f"{epochs:.3g} times in all",
        ),
        ("rate", f"{schedule.highest_rate(inputs.config):.3g} at its highest"),
        ("weights", _weights(inputs, start)),
        ("disk", f"{hardware.as_text(disk)} at the most"),
        ("device", f"{', '.join(gpus) or f'{processes.cores()} processor cores'}, {precision}"),
    ]
    if inputs.qat_start_step is not None:
        rows.append(("QAT", f"from step {inputs.qat_start_step} on"))
    if inputs.calibrated:
        ranges = "activation ranges calibrated on images of the train records after training"
        rows.append(("8 bits", ranges))
    return "\n".join(["this job:"] + [f"  {name:<9} {value}" for name, value in rows])


def _weights(inputs: PreflightResult, start: Optional[str]) -> str:
    first = inputs.config.train_config.fine_tune_checkpoint
    if start:
        return f"from {start}"
    return f"from {first}: {inputs.start}" if first else "from scratch"
