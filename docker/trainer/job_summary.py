"""What a job is about to do, in one entry of its log before the first step."""

from __future__ import annotations

import os
from typing import Optional, Sequence

from helpers.pipeline_config import schedule
from helpers.pipeline_config.preflight import PreflightResult
from trainer import checkpoints, hardware


def as_text(
    agreed: PreflightResult, start: Optional[str], disk: int, gpus: Sequence[str], precision: str
) -> str:
    """The report.

    Args:
        agreed: what the job reads.
        start: the checkpoint that is gone on from; ``None`` at the first start.
        disk: bytes that will be written at the most.
        gpus: names of those that are used.
        precision: that is trained at.
    """
    train = agreed.config.train_config
    step = checkpoints.step_of(start) if start else 0
    epochs = train.num_steps * train.batch_size / agreed.images["train"]
    rows = [
        ("classes", f"{len(agreed.label_map)}: {', '.join(agreed.label_map.names)}"),
        ("images", f"{agreed.images['train']} to train on, {agreed.images['eval']} to evaluate on"),
        (
            "steps",
            f"{step} to {train.num_steps}, {train.batch_size} images each: every image "
            f"{epochs:.3g} times in all",
        ),
        ("rate", f"{schedule.highest_rate(agreed.config):.3g} at its highest"),
        ("weights", _weights(agreed, start)),
        ("disk", f"{hardware.as_text(disk)} at the most"),
        ("device", f"{', '.join(gpus) or f'{os.cpu_count()} processor cores'}, {precision}"),
    ]
    if agreed.qat_start_step is not None:
        rows.append(("8 bits", f"from step {agreed.qat_start_step} on"))
    return "\n".join(["this job:"] + [f"  {name:<9} {value}" for name, value in rows])


def _weights(agreed: PreflightResult, start: Optional[str]) -> str:
    first = agreed.config.train_config.fine_tune_checkpoint
    if start:
        return f"from {start}"
    return f"from {first}: {agreed.start}" if first else "from scratch"
