"""Log lines keep TensorFlow's own form, which people's metric definitions match."""

import re
import subprocess
import sys
from pathlib import Path

CODE = """
import logging
from trainer import logs
logs.log_as_tensorflow()
for name in ("tensorflow", "trainer", "helpers.anything"):
    logging.getLogger(name).info("loss = %.3f, step = %d", 1.25, 10)
logging.getLogger("somebody.else").info("loss = 9, step = 9")
"""


def test_every_logger_of_ours_writes_one_line_in_that_form():
    docker = Path(__file__).resolve().parents[2] / "docker"
    result = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=str(docker),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    assert result.returncode == 0, result.stderr
    lines = [line for line in result.stderr.splitlines() if "loss" in line]
    assert len(lines) == 3
    for line in lines:
        assert re.match(r"I\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [^]]+:\d+\] ", line), line
        assert re.search(r"\] loss = ([0-9\.]+)", line).group(1) == "1.250"
        assert re.search(r", step = ([0-9\.]+)", line).group(1) == "10"
