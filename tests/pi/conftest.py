"""What the tests of the Pi's folder share. ``bundle`` and ``bundle_pictures`` come from above."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

PI = Path(__file__).resolve().parents[2] / "pi"

# As on the device: the modules find each other because they lie beside detect.py.
sys.path.insert(0, str(PI))


@pytest.fixture(scope="session")
def pi_folder():
    return PI


@pytest.fixture()
def run_detect(tmp_path):
    """Runs detect.py as a process of its own, in the test's folder and without a display."""

    def run(*arguments, **options):
        environment = {
            name: value for name, value in os.environ.items()
            if name not in ("DISPLAY", "WAYLAND_DISPLAY")
        }
        options.setdefault("stdout", subprocess.PIPE)
        return subprocess.run(
            [sys.executable, str(PI / "detect.py"), *map(str, arguments)],
            stderr=subprocess.PIPE, cwd=str(tmp_path), env=environment, universal_newlines=True,
            **options,
        )

    return run


@pytest.fixture()
def seal():
    """Writes a model.json that vouches for a folder's files, as export does."""

    def write(folder, **input_changes):
        files = {
            path.name: {
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "bytes": path.stat().st_size,
            }
            for path in sorted(folder.iterdir()) if path.name != "model.json"
        }
        described = {"width": 160, "height": 120, "mean": 127.5, "std": 127.5,
                     "resize": "tf1-bilinear"}
        description = {"input": {**described, **input_changes}, "files": files}
        (folder / "model.json").write_text(json.dumps(description), encoding="utf-8")

    return write


@pytest.fixture()
def make_picture():
    """Writes a smooth colour picture and returns what was encoded, RGB uint8."""

    def write(path, width=64, height=48, seed=0):
        rough = np.random.RandomState(seed).randint(0, 256, (6, 8, 3)).astype(np.uint8)
        image = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
        path.parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(path), image[..., ::-1])
        return image

    return write


@pytest.fixture()
def make_video():
    """Writes a video whose frames brighten one by one, so that their order can be told."""

    def write(path, frames=10, width=64, height=48, rate=10.0):
        codec = "MJPG" if path.suffix == ".avi" else "mp4v"
        writer = cv2.VideoWriter(
            str(path), cv2.VideoWriter_fourcc(*codec), rate, (width, height)
        )
        assert writer.isOpened()
        for number in range(frames):
            writer.write(np.full((height, width, 3), 20 + 10 * number, np.uint8))
        writer.release()

    return write
