"""The fastest backend on this machine, measured."""

from __future__ import annotations

import time
from typing import Dict, List, NamedTuple

import numpy as np

from helpers.inference import registry
from helpers.inference.backend import Backend
from helpers.inference.model_folder import ModelFolder
from helpers.structures.label_map import LabelMap

FASTEST = "fastest"
_TRIALS = 3


class Choice(NamedTuple):
    """A backend and what it was compared with.

    Attributes:
        backend: opened.
        times: milliseconds an image, of each backend that was tried, the fastest first.
    """

    backend: Backend
    times: Dict[str, float]


def choose(name: str, model: ModelFolder, label_map: LabelMap) -> Choice:
    """Opens a backend by its name, or the one that takes the least time on an image.

    Args:
        name: one of ``registry.BACKENDS``, or ``FASTEST`` of those that can run the model.
        model: the exported model.
        label_map: of the model.

    Raises:
        BadInput: there is no such backend, or a file of the model does not load.
        MissingPart: the folder lacks a file of the model.
    """
    names = model.backends() if name == FASTEST else [name]
    backends = [registry.open_backend(one, model.folder, label_map) for one in names]
    times = {backend.name: _milliseconds(backend) for backend in backends}
    order: List[Backend] = sorted(backends, key=lambda backend: times[backend.name])
    return Choice(order[0], {backend.name: times[backend.name] for backend in order})


def _milliseconds(backend: Backend) -> float:
    """The least time of a few runs, after one that sets everything up."""
    image, spent = np.zeros((backend.height, backend.width, 3), np.uint8), []
    for _ in range(1 + _TRIALS):
        began = time.perf_counter()
        backend.detect(image)
        spent.append(1000 * (time.perf_counter() - began))
    return min(spent[1:])
