"""Large photos on a device with little memory, each in a process of its own."""

import json
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest

resource = pytest.importorskip("resource")

MEGAPIXELS_50 = (8160, 6144)
PEAK = """
import resource, sys
import detect
from pathlib import Path
from detection.images import read_photo
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
image, size = read_photo(Path(sys.argv[1]))
print(image.shape, size, peak() - before)
"""
LITTLE = """
import resource, sys
import cv2, detect
from pathlib import Path
from detection import images
from detection.errors import InputError
cv2.setNumThreads(1)
pages = int(Path("/proc/self/statm").read_text().split()[0])
most = pages * resource.getpagesize() + 40 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (most, most))
try:
    images.read_photo(Path(sys.argv[1]))
except InputError as error:
    print(error)
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A photo of 50 megapixels."""
    rough = np.random.RandomState(0).randint(0, 256, (6, 8, 3)).astype(np.uint8)
    path = tmp_path_factory.mktemp("large") / "large.jpg"
    image = cv2.resize(rough, MEGAPIXELS_50, interpolation=cv2.INTER_LINEAR)
    assert cv2.imwrite(str(path), image)
    return path


def run(pi_folder, program, path):
    environment = {**os.environ, "PYTHONPATH": str(pi_folder)}
    command = [sys.executable, "-c", program, str(path)]
    return subprocess.check_output(command, env=environment).decode()


def test_50_megapixels_take_less_than_one_copy_of_them(pi_folder, large):
    """Decoded whole, they took 524 MB at the peak; a copy of them is 150 MB."""
    said = run(pi_folder, PEAK, large)
    assert said.startswith("(3072, 4080, 3) (8160, 6144) ")
    assert int(said.split()[-1]) < 140 * 1024


def test_a_lack_of_memory_is_called_that(pi_folder, large):
    assert "large.jpg: needs more memory" in run(pi_folder, LITTLE, large)


def test_boxes_are_in_pixels_of_the_photo(run_detect, random_model, large, tmp_path):
    """And near those that are found on the same photo, made smaller beforehand."""
    small = cv2.imread(str(large), cv2.IMREAD_REDUCED_COLOR_2)
    assert cv2.imwrite(str(tmp_path / "small.png"), small, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    options = ("--model", random_model, "--backend", "opencv", "--json", "--threshold", "0.3")
    ran = run_detect(large, tmp_path / "small.png", "--output", "out", *options)
    assert (ran.returncode, ran.stderr) == (0, "")
    of_large, of_small = map(json.loads, ran.stdout.splitlines())
    assert (of_large["width"], of_large["height"]) == MEGAPIXELS_50
    assert len(of_large["detections"]) == len(of_small["detections"]) > 0
    for one, other in zip(of_large["detections"], of_small["detections"]):
        np.testing.assert_allclose(one["box"], np.multiply(other["box"], 2), atol=1)
    drawn = [cv2.imread(str(tmp_path / "out" / name)) for name in ("large.jpg", "small.png")]
    assert drawn[0].shape == drawn[1].shape
    assert np.abs(drawn[0].astype(int) - drawn[1]).mean() < 3
