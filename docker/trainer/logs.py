"""The log in TensorFlow's own form."""

from __future__ import annotations

import logging
import sys

import tensorflow as tf
from absl import logging as absl_logging

_LOGGERS = ("tensorflow", "trainer", "helpers")
_NOISE = {"deprecation.py", "module_wrapper.py"}  # about TensorFlow 2, which this will never be


def log_as_tensorflow() -> None:
    """Log lines in the form ``I1123 09:00:00 1 file.py:1] loss = 1.2, step = 10`` on stderr.

    Metric definitions people already have look for the ``] loss = `` of that form.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(absl_logging.PythonFormatter())
    handler.addFilter(lambda record: record.filename not in _NOISE)
    tf.get_logger()  # or TensorFlow would add a handler of its own later
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(logging.INFO)
