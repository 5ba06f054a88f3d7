"""Log levels and warning filters of the command line and the notebooks."""

from __future__ import annotations

import logging
import os
import warnings


def quiet() -> None:
    """Silences deprecation warnings of TensorFlow 1.15 and boto3; errors are still shown."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    warnings.simplefilter("ignore", FutureWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    # boto3's category is its own, and the version of Python is not the user's to choose.
    warnings.filterwarnings("ignore", "Boto3 will no longer support Python")
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    for name in ("tensorflow", "tensorboard"):
        logging.getLogger(name).setLevel(logging.ERROR)
