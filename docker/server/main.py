"""The server's start: the model is loaded and has run once before anybody is answered."""

from __future__ import annotations

import logging
import os
import sys

import numpy as np
import waitress

from helpers.annotations import label_map_file
from helpers.inference import registry
from helpers.inference.backend import Backend
from helpers.inference.model_folder import ModelFolder
from helpers.structures.errors import BadInput, HelpersError
from helpers.training.job_layout import JobLayout
from server import app

PORT_VARIABLE = "SAGEMAKER_BIND_TO_PORT"
THRESHOLD_VARIABLE = "THRESHOLD"


def main() -> int:
    """Serves until it is told to stop; returns the exit code."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    try:
        threshold = _number(THRESHOLD_VARIABLE, app.THRESHOLD, 1.0)
        port = int(_number(PORT_VARIABLE, 8080, 65535))
        detector = load(JobLayout.from_environment())
    except HelpersError as error:
        print(error, file=sys.stderr)
        return 1
    # Two threads more than may be in the queue, so that a ping and a refusal find one.
    waitress.serve(
        app.App(detector, threshold),
        host="0.0.0.0",
        port=port,
        threads=1 + app.WAITING + 2,
        max_request_body_size=2 * app.MOST_BYTES,
    )
    return 0


def load(layout: JobLayout) -> Backend:
    """The model of a job, which has run once: what is lazy in TensorFlow happens here.

    Args:
        layout: of the container; ``model/graph`` is what the job exported.

    Raises:
        BadInput: a file does not load.
        MissingPart: a file of the model is missing.
    """
    model = ModelFolder(layout.model / "graph")
    label_map = label_map_file.read(model.require(model.label_map.name))
    detector = registry.open_backend(registry.BACKENDS[0], model.folder, label_map)
    detector.detect(np.zeros((detector.height, detector.width, 3), np.uint8))
    return detector


def _number(variable: str, default: float, most: float) -> float:
    text = os.environ.get(variable, "").strip()
    try:
        value = float(text) if text else float(default)
    except ValueError:
        value = -1.0
    if not 0 <= value <= most:
        raise BadInput.of(
            f"environment variable {variable}", repr(text), f"0 to {most:g}", "Correct or unset it."
        )
    return value
