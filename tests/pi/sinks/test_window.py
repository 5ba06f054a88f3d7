"""A window, on a machine without a screen."""

import os
import subprocess
import sys


def test_no_window_is_opened_while_it_is_imported(pi_folder):
    environment = {**os.environ, "PYTHONPATH": str(pi_folder), "DISPLAY": ":99"}
    program = "from detection.sinks.window import Window; print(Window.__name__)"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        stdout=subprocess.PIPE,
        universal_newlines=True,
        check=True,
    )
    assert ran.stdout == "Window\n"
