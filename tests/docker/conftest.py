"""The trainer is found as in the image, where its folder is on the path."""

import sys
from pathlib import Path

DOCKER = Path(__file__).resolve().parents[2] / "docker"
sys.path[:0] = [str(DOCKER), str(Path(__file__).parent)]
