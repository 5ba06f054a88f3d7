"""``detect.py`` beside the loop of the tutorials, on one core and on two.

Whole processes in turns on the same photos and the same model: reading, drawing, writing and the
start are in every number. The processor's seconds tell more than the clock's where other programs
run beside. ``PI_BENCH_MODEL`` takes another model folder than one of random weights, which takes
the same time.
"""

import hashlib
import json
import os
import shutil
import statistics
import subprocess
import time
from pathlib import Path

import pytest
from oracles import SYSTEM_PYTHON, run_or_skip
from tiny_model import checkpoint

PHOTOS = int(os.environ.get("BENCH_PHOTOS", 240))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 3))
LOOP = Path(__file__).with_name("tutorial_loop.py")
DETECT = Path(__file__).resolve().parents[2] / "pi" / "detect.py"
# As on a Pi; other ones by BENCH_PACKAGES, words as pip takes them.
PACKAGES = "opencv-python-headless==4.11.0.86 numpy==2.2.6 ai-edge-litert==2.3.0"
FILES = ("frozen_inference_graph.pb", "cvgraph.pbtxt", "detect.tflite", "labels.txt")


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """A Python as on a Pi: OpenCV from a wheel and a TensorFlow Lite runtime."""
    python = tmp_path_factory.mktemp("pi") / "venv" / "bin" / "python"
    packages = os.environ.get("BENCH_PACKAGES", PACKAGES).split()
    run_or_skip(SYSTEM_PYTHON, "-m", "venv", python.parents[1])
    run_or_skip(python, "-m", "pip", "install", "--quiet", *packages)
    return python


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """An SSD MobileNet v2 at 300x300 for one class."""
    if "PI_BENCH_MODEL" in os.environ:
        return Path(os.environ["PI_BENCH_MODEL"])
    from helpers.export.exporter import export_model
    from helpers.pipeline_config import pipeline
    from helpers.structures.label_map import LabelMap

    folder, made = tmp_path_factory.mktemp("checkpoint"), tmp_path_factory.mktemp("model")
    config = pipeline.read("ssd_mobilenet_v2")
    config.model.ssd.num_classes = 1
    weights = checkpoint(config, folder)
    exported = export_model(config, weights, LabelMap.of(["object"]), folder / "exported")
    files = {}
    for name in FILES:
        shutil.copy(str(exported.folder / name), str(made))
        files[name] = {"sha256": hashlib.sha256((made / name).read_bytes()).hexdigest()}
    size = {"width": exported.width, "height": exported.height, "mean": 127.5, "std": 127.5}
    description = {"input": dict(size, resize="bilinear-half-pixel-centers"), "files": files}
    (made / "model.json").write_text(json.dumps(description))
    return made


@pytest.fixture(scope="module")
def many_photos(tmp_path_factory, photos):
    """So many that the start hardly counts."""
    folder = tmp_path_factory.mktemp("photos")
    for number in range(PHOTOS):
        source = photos[number % len(photos)]
        shutil.copy(str(source), str(folder / f"{number:04d}{source.suffix}"))
    return folder


def run(command, cores):
    """Runs a program on the first cores; returns milliseconds a photo, clock's and processor's."""
    started, before = time.perf_counter(), os.times()
    subprocess.run(
        list(map(str, command)),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, range(cores)),
    )
    after = os.times()
    seconds = after.children_user + after.children_system
    spent = seconds - before.children_user - before.children_system
    return 1000 * (time.perf_counter() - started) / PHOTOS, 1000 * spent / PHOTOS


@pytest.mark.parametrize("cores", [1, 2], ids=["one core", "two cores"])
def test_beside_the_loop_of_the_tutorials(python, model, many_photos, tmp_path, cores):
    if cores > len(os.sched_getaffinity(0)):
        pytest.skip("this machine has fewer cores")
    ours = [python, DETECT, many_photos, "--model", model, "--headless", "--force"]
    (tmp_path / "loop").mkdir()
    rivals = {"the tutorials' loop": [python, LOOP, model, many_photos, tmp_path / "loop"]}
    for backend in ("opencv", "tflite", "auto"):
        rivals[f"ours, {backend}"] = [*ours, "--backend", backend, "--output", tmp_path / backend]
    times = {name: [] for name in rivals}
    for _ in range(ROUNDS):
        for name, command in rivals.items():
            times[name].append(run(command, cores))
    print(f"\n{PHOTOS} photos on {cores} of the cores, milliseconds a photo")
    loop = times["the tutorials' loop"]
    for name, taken in times.items():
        clock, processor = (statistics.median(values) for values in zip(*taken))
        gains = [
            statistics.median(one[which] / other[which] for one, other in zip(loop, taken))
            for which in (0, 1)
        ]
        print(
            f"  {name:<22}{clock:8.1f} by the clock, {gains[0]:.2f} times as fast;"
            f"{processor:8.1f} of the processor, {gains[1]:.2f} times as little"
        )
    assert len(list((tmp_path / "auto").iterdir())) == PHOTOS
