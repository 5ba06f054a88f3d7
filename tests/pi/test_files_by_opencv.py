"""Files are read the same under each OpenCV that a Pi may have."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from pi_environments import ENVIRONMENTS
from turned_videos import MATRICES, turned_video

LOOP = Path(__file__).with_name("read_files_loop.py")


def encoded(suffix, width, height, *flags):
    rough = np.random.RandomState(0).randint(0, 256, (6, 8, 3)).astype(np.uint8)
    image = cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
    return cv2.imencode(suffix, image, flags)[1].tobytes()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Files that one version or another read wrongly or crashed on."""
    folder = tmp_path_factory.mktemp("files")
    for turn in (90, 180, 270, "mirrored"):
        turned_video(folder / f"{turn}.mp4", MATRICES[turn])
    shutil.copy(str(folder / "90.mp4"), os.fsencode(str(folder)) + b"/caf\xe9.mp4")
    shutil.copy(str(folder / "90.mp4"), str(folder / "a:b.mp4"))
    shutil.copy(str(folder / "90.mp4"), str(folder / "video.jpg"))
    whole = encoded(".jpg", 160, 120)
    (folder / "esp32.jpg").write_bytes(whole[:-2])
    (folder / "cut.jpg").write_bytes(whole[:-40])
    (folder / "large.jpg").write_bytes(encoded(".jpg", 8160, 3100))
    (folder / "alpha.png").write_bytes(encoded(".png", 64, 48))
    pixels = np.linspace(0, 1, 48 * 64 * 3).reshape(48, 64, 3).astype(np.float32)
    assert cv2.imwrite(str(folder / "float.tif"), pixels)
    return sorted(os.listdir(os.fsencode(str(folder)))), folder


def run(python, files):
    names, folder = files
    command = [os.fsencode(str(python)), os.fsencode(str(LOOP)), *names]
    lines = subprocess.check_output(command, cwd=str(folder)).decode().splitlines()
    return dict(zip(names, map(json.loads, lines)))


@pytest.fixture(scope="module")
def by_this(files):
    return run(sys.executable, files)


def test_what_this_opencv_reads(by_this):
    """Errors by file, and the sizes of the rest; the other modules of these tests say why."""
    refused = {name for name, found in by_this.items() if found["errors"]}
    assert refused == {b"cut.jpg", b"float.tif"}
    assert by_this[b"large.jpg"]["size"] == [8160, 3100]
    assert by_this[b"large.jpg"]["shape"] == [1550, 4080, 3]
    assert by_this[b"90.mp4"]["shape"] == [96, 64, 3]
    for name in (b"caf\xe9.mp4", b"a:b.mp4", b"video.jpg"):
        assert {**by_this[name], "errors": []} == {**by_this[b"90.mp4"], "errors": []}


@pytest.mark.parametrize("name", sorted(ENVIRONMENTS))
def test_another_opencv_reads_the_same(files, by_this, environments, name):
    opencv = ENVIRONMENTS[name].opencv
    found = run(environments(name), files)
    assert sorted(found) == sorted(by_this)
    for file, expected in by_this.items():
        assert found[file]["opencv"].startswith(opencv)
        for key in ("frames", "size", "shape"):
            assert found[file][key] == expected[key], file
        assert len(found[file]["errors"]) == len(expected["errors"]), file
        if expected["quarters"] is not None:
            np.testing.assert_allclose(found[file]["quarters"], expected["quarters"], atol=8)
