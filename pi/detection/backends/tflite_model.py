"""Runs a TensorFlow Lite detection model in whichever runtime is installed."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np

from ..device.silence_stderr import silence_stderr
from ..errors import InputError, one_line
from .backend import Backend, NoRuntime
from .model_bundle import TFLITE, Bundle
from .settings import DEFAULTS, Settings

# tflite-runtime still serves 32-bit systems, ai-edge-litert the newer Pythons.
SMALL_RUNTIMES = ("tflite_runtime.interpreter", "ai_edge_litert.interpreter")
# TensorFlow itself takes seconds to import and a desktop's memory: only on request.
RUNTIMES = SMALL_RUNTIMES + ("tensorflow.compat.v1.lite",)

_OUTPUT = "TFLite_Detection_PostProcess"
_OUTPUTS = (_OUTPUT, f"{_OUTPUT}:1", f"{_OUTPUT}:2", f"{_OUTPUT}:3")


class TfliteModel(Backend):
    """``detect.tflite``, float or quantized."""

    name = "tflite"
    file = TFLITE
    _remedy = "export it, or use --backend opencv"

    def __init__(
        self, bundle: Bundle, settings: Settings = DEFAULTS, runtimes: Sequence[str] = RUNTIMES
    ) -> None:
        """Loads the model.

        Args:
            bundle: The model folder.
            settings: Threads.
            runtimes: Modules to try, in this order.

        Raises:
            NoRuntime: None of the runtimes is installed and works.
            InputError: The bundle has no such file, or it cannot be loaded, or takes another
                input than the bundle states.
        """
        self._bundle = bundle
        self._path = bundle.path(self.file, self._remedy)
        self.threads = thread_count(settings.thread_count(), len(bundle.labels))
        self._interpreter = self._opened(runtimes)
        details = self._interpreter.get_input_details()[0]
        _check_input(details, bundle, self._path)
        self._input = details["index"]
        self._takes_uint8 = details["dtype"] == np.uint8
        outputs = self._interpreter.get_output_details()
        self._names = [detail["name"] for detail in outputs]
        self._indices = [detail["index"] for detail in outputs]
        # Written to again for each image: new memory costs as much as the arithmetic.
        self._floats = np.empty((bundle.height, bundle.width, 3), np.float32)

    def run(self, pixels: np.ndarray) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Runs the network on one resized image.

        Args:
            pixels: RGB uint8, (height, width, 3).

        Returns:
            Classes counted from 0 (n,), scores (n,), and relative corner points
            ``[x_min, y_min, x_max, y_max]`` (n, 4), not clipped.

        Raises:
            InputError: The model fails while it runs, or is no detection model.
        """
        tensor = pixels if self._takes_uint8 else self._normalized(pixels)
        self._interpreter.set_tensor(self._input, tensor[None])
        try:
            self._interpreter.invoke()
        except RuntimeError as error:
            raise InputError(
                f"{self._path}: fails while it runs ({one_line(error)}); train and export again,"
                " or use --backend opencv"
            ) from None
        arrays = [self._interpreter.get_tensor(index) for index in self._indices]
        return decode(self._names, arrays, self._path)

    def _opened(self, runtimes: Sequence[str]) -> Any:
        """Returns an interpreter with the model loaded."""
        return open_interpreter(self._path, runtimes, self.threads)

    def _normalized(self, pixels: np.ndarray) -> np.ndarray:
        """Returns ``(pixels - mean) / std`` of the bundle, float32, as float models take them."""
        np.subtract(pixels, np.float32(self._bundle.mean), out=self._floats)
        return np.divide(self._floats, np.float32(self._bundle.std), out=self._floats)


def decode(
    names: Sequence[str], arrays: Sequence[np.ndarray], path: Path
) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Reads the four outputs of a detection model, in whatever order the runtime lists them.

    Args:
        names: The outputs' names.
        arrays: Boxes (1, n, 4) as relative ``[y_min, x_min, y_max, x_max]``, classes from 0
            (1, n), scores (1, n), count (1,), in the order of ``names``.
        path: The model, for the message.

    Returns:
        Classes counted from 0 (count,), scores (count,), relative corner points
        ``[x_min, y_min, x_max, y_max]`` (count, 4).

    Raises:
        InputError: The outputs are not those of a detection model.
    """
    boxes_rel_yxyx, classes, scores, count = _in_order(names, arrays, path)
    valid = slice(0, int(count.reshape(-1)[0]))
    boxes = boxes_rel_yxyx.reshape(-1, 4)[valid][:, [1, 0, 3, 2]]
    return classes.reshape(-1)[valid].astype(int), scores.reshape(-1)[valid], boxes


def _in_order(names: Sequence[str], arrays: Sequence[np.ndarray], path: Path) -> List[np.ndarray]:
    """Returns boxes, classes, scores, count: identified by name, else by shape."""
    named = dict(zip(names, arrays))
    if set(_OUTPUTS) <= set(named):
        return [named[name] for name in _OUTPUTS]
    boxes = [array for array in arrays if array.ndim == 3 and array.shape[2] == 4]
    # Classes and scores have one shape; every converter lists the classes first.
    classes_scores = [array for array in arrays if array.ndim == 2]
    count = [array for array in arrays if array.ndim < 2]
    if (len(boxes), len(classes_scores), len(count)) != (1, 2, 1):
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise InputError(
            f"{path}: outputs of shape {shapes}; expected boxes (1, n, 4), classes (1, n),"
            " scores (1, n), count (1,): not a detection model, export it again"
        )
    return boxes + classes_scores + count


def _check_input(details: Dict[str, Any], bundle: Bundle, path: Path) -> None:
    """Raises InputError unless the model takes an image of the type and size expected."""
    if details["dtype"] not in (np.uint8, np.float32):
        raise InputError(
            f"{path}: takes {np.dtype(details['dtype']).name}, expected float32 or uint8;"
            " export the model again"
        )
    shape = tuple(int(length) for length in details["shape"])
    if shape != (1, bundle.height, bundle.width, 3):
        raise InputError(
            f"{path}: takes {shape}, model.json says {(1, bundle.height, bundle.width, 3)};"
            " copy the whole model folder again"
        )


def thread_count(cores: int, classes: int) -> int:
    """Returns the number of threads with which the runtimes find the objects of every class.

    With n > 1 threads their non-maximum suppression leaves out the class with index n, where there
    is one: on the four cores of a Pi, the fifth class is never found. Seen with tflite-runtime
    2.14 and ai-edge-litert 2.3; https://github.com/tensorflow/tensorflow/issues/56058. More
    threads than cores wait for each other.

    Args:
        cores: Number of cores that this process may use.
        classes: Number of classes of the model.

    Returns:
        As many as there are cores, or 1 where that would lose a class.
    """
    return cores if classes <= cores else 1


def open_interpreter(
    path: Path, runtimes: Sequence[str], threads: int, delegates: Sequence[Any] = ()
) -> Any:
    """Returns a runtime's interpreter with the model loaded and its tensors allocated.

    Args:
        path: The model.
        runtimes: Modules to try, in this order.
        threads: How many it uses.
        delegates: What runs parts of the model elsewhere, of the same runtime.

    Raises:
        NoRuntime: None of the runtimes is installed and works.
        InputError: It cannot load the model.
    """
    problems = []
    for name in runtimes:
        try:
            # Each runtime prints a banner on standard error while it loads.
            with silence_stderr():
                interpreter = importlib.import_module(name).Interpreter(
                    model_path=str(path), **_options(name, threads, delegates)
                )
                interpreter.allocate_tensors()
            return interpreter
        except (ValueError, RuntimeError) as error:
            raise InputError(
                f"{path}: {name.split('.')[0]} cannot load it ({one_line(error)});"
                " export the model again, or use --backend opencv"
            ) from None
        # tflite-runtime beside numpy 2 imports well and then fails with one of the last two.
        except (ImportError, AttributeError, SystemError) as error:
            problems.append(f"{name.split('.')[0]}: {_reason(name, error)}")
    raise NoRuntime(
        f"no runtime for {path.name} works here ({'; '.join(problems)})", "sh install.sh"
    )


def _reason(runtime: str, error: Exception) -> str:
    """Returns why a runtime does not work; beside numpy 2 tflite-runtime says nothing."""
    major = int(np.__version__.split(".")[0])
    if runtime == SMALL_RUNTIMES[0] and major >= 2 and not isinstance(error, ImportError):
        return f"needs numpy below 2, found {np.__version__}"
    if isinstance(error, ModuleNotFoundError) and error.name == runtime.split(".")[0]:
        return "not installed"
    return one_line(error)


def _options(runtime: str, threads: int, delegates: Sequence[Any]) -> Dict[str, Any]:
    """Returns a runtime's interpreter options: TensorFlow 1.15's has no ``num_threads``."""
    if runtime not in SMALL_RUNTIMES:
        return {}
    options: Dict[str, Any] = {"num_threads": threads}
    return dict(options, experimental_delegates=list(delegates)) if delegates else options
