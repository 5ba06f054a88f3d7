"""How much of what libraries say reaches the screen."""

from __future__ import annotations

import logging
import os
import warnings


def quiet() -> None:
    """Keeps TensorFlow 1.15's deprecation noise off the screen; errors still come through."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    warnings.simplefilter("ignore", FutureWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    for name in ("tensorflow", "tensorboard"):
        logging.getLogger(name).setLevel(logging.ERROR)
