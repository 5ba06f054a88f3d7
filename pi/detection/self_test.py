"""Finds out whether this device does with the model what the computer that made it did.

Every backend that is installed here detects again on the image that the model folder brings, and
what it finds is compared with what it found there (``backends/expectations.py``).
"""

from __future__ import annotations

import time
from pathlib import Path

from .backends import expectations
from .backends.backend import NoRuntime
from .backends.model_bundle import SELF_TEST, read_bundle
from .backends.settings import DEFAULTS, Settings
from .detector import load
from .errors import InputError, one_line
from .images import read_image


def run(model_dir: Path, backend: str = "auto", settings: Settings = DEFAULTS) -> int:
    """Runs the test and prints a line for each backend, and one for each difference.

    Args:
        model_dir: The model folder.
        backend: "auto": every backend that the model folder has expectations for; else that one.
        settings: How the backends run.

    Returns:
        0 when at least one backend ran and all that ran found what was expected, else 1.

    Raises:
        InputError: The model folder is damaged, or has no self-test.
    """
    bundle = read_bundle(model_dir)
    expected = expectations.read(bundle)
    names = [name for name in expected if backend in ("auto", name)]
    if not names:
        path = bundle.folder / SELF_TEST
        raise InputError(f"{path}: nothing expected of {backend}; take another --backend")
    image = read_image(expectations.image_path(bundle))
    passed = []
    for name in names:
        wanted = expected[name]
        try:
            detector = load(model_dir, name, settings)
        except NoRuntime as error:
            print(f"{name}: not tested; {one_line(error)}")
            continue
        detector.detect(image, 1.0)  # the first run takes longer
        started = time.perf_counter()
        found = detector.detect(image, 0.0)
        milliseconds = 1000 * (time.perf_counter() - started)
        problems = expectations.differences(wanted, found)
        verdict = f"differs in {len(problems)}" if problems else "passed"
        print(
            f"{name}: {verdict}, expected detections: {len(wanted.detections)},"
            f" {milliseconds:.0f} ms"
        )
        for problem in problems:
            print(f"{name}: {problem}")
        passed.append(not problems)
    return 0 if passed and all(passed) else 1
