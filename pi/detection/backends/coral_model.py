"""Runs a compiled TensorFlow Lite model on a Coral accelerator (Edge TPU).

``detect_edgetpu.tflite`` is a uint8 ``detect.tflite`` that went through Google's own compiler,
which runs on x86 computers: https://coral.ai/docs/edgetpu/compiler
"""

from __future__ import annotations

import importlib
from typing import Any, Sequence, Tuple

from ..device.silence_stderr import silence_stderr
from ..errors import one_line
from .backend import NoRuntime
from .model_bundle import EDGE_TPU
from .tflite_model import TfliteModel, open_interpreter

LIBRARY = "libedgetpu.so.1"


class CoralModel(TfliteModel):
    """``detect_edgetpu.tflite``; its post-processing runs on the CPU."""

    name = "coral"
    file = EDGE_TPU
    _remedy = (
        "compile a uint8 detect.tflite with edgetpu_compiler, put the result beside it in"
        " work/model/graph, and make the bundle again; or take another --backend"
    )

    def _opened(self, runtimes: Sequence[str]) -> Any:
        runtime, delegate = _delegate(runtimes)
        return open_interpreter(self._path, [runtime], self.threads, [delegate])


def _delegate(runtimes: Sequence[str]) -> Tuple[str, Any]:
    """Returns a runtime and what gives it the accelerator.

    Raises:
        NoRuntime: The library or the accelerator is missing, or no runtime works.
    """
    problems = []
    for name in runtimes:
        try:
            with silence_stderr():
                return name, importlib.import_module(name).load_delegate(LIBRARY)
        except (ImportError, AttributeError, SystemError, OSError, ValueError) as error:
            problems.append(f"{name.split('.')[0]}: {one_line(error)}")
    raise NoRuntime(
        f"no Coral accelerator works here ({'; '.join(problems)})",
        f"plug it in and install {LIBRARY}, which is Debian's or Coral's package libedgetpu1-std",
    )
