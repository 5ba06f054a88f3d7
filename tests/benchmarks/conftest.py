"""What benchmarks share: they print ratios against a rival timed in the same run."""

import hashlib
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from oracles import SYSTEM_PYTHON, run_or_skip
from PIL import Image

from helpers.annotations import csv_table, label_map_file
from helpers.structures.dataset import class_names
from helpers.structures.label_map import LabelMap
from helpers.synthetic import sample

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(Path(__file__).parent), str(ROOT / "docker")]
COUNT = int(os.environ.get("BENCH_IMAGES", 10000))
BOXES = 13
PI_PHOTOS = int(os.environ.get("BENCH_PHOTOS", 240))
# As on a Pi; other ones by BENCH_PACKAGES, words as pip takes them.
PI_PACKAGES = "opencv-python-headless==4.11.0.86 numpy==2.2.6 ai-edge-litert==2.3.0"
PI_FILES = ("frozen_inference_graph.pb", "cvgraph.pbtxt", "detect.tflite", "labels.txt")
OBJECT = """\t<object>
\t\t<name>{name}</name>
\t\t<pose>Unspecified</pose>
\t\t<truncated>0</truncated>
\t\t<difficult>0</difficult>
\t\t<bndbox>
\t\t\t<xmin>{box[0]}</xmin>
\t\t\t<ymin>{box[1]}</ymin>
\t\t\t<xmax>{box[2]}</xmax>
\t\t\t<ymax>{box[3]}</ymax>
\t\t</bndbox>
\t</object>
"""


class Annotated(NamedTuple):
    """Folders of annotated images, how many there are, and the boxes on each."""

    images: Path
    annotations: Path
    count: int
    boxes: int


class Ran(NamedTuple):
    """A process that has ended; its memory is the most that it and its children took at once."""

    seconds: float
    printed: str
    megabytes: float


class Channel(NamedTuple):
    """What records are written from."""

    table: Path
    label_map: Path
    images: Path


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker("benchmark")


@pytest.fixture(scope="session")
def ran():
    """Runs a Python program as a process of its own; see ``Ran``."""

    def run(program, *arguments, **environment):
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", program, *map(str, arguments)],
            cwd=str(ROOT),
            env=dict(os.environ, **environment),
            stdout=subprocess.PIPE,
            universal_newlines=True,
        )
        seen, ended = [0.0], threading.Event()
        watch = threading.Thread(target=_watch, args=(process.pid, seen, ended))
        watch.start()
        printed, _ = process.communicate()
        seconds = time.perf_counter() - started
        ended.set()
        watch.join()
        assert process.returncode == 0
        return Ran(seconds, printed.strip(), max(seen))

    return run


def _watch(pid, seen, ended):
    while not ended.wait(0.2):
        seen.append(_megabytes(pid))


def _megabytes(pid):
    """Of a process and all below it; what several share counts once. 0 where /proc is missing."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        memory = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:  # it has just ended
        return 0.0
    shares = re.findall(r"^Pss:\s+(\d+)", memory, re.MULTILINE)
    return sum(map(int, shares)) / 1024 + sum(map(_megabytes, children))


@pytest.fixture(scope="session")
def seconds_of(ran):
    """Wall seconds of a Python program as a process of its own, and what it printed."""
    return lambda program, *arguments: ran(program, *arguments)[:2]


@pytest.fixture(scope="session")
def side_by_side():
    """Times rivals in turns, by the clock or by the seconds that they return; prints medians."""

    def compare(title, rounds=5, **rivals):
        times = {name: [] for name in rivals}
        for _ in range(rounds):
            for name, action in rivals.items():
                started = time.perf_counter()
                seconds = action()
                times[name].append(
                    seconds if isinstance(seconds, float) else time.perf_counter() - started
                )
        medians = {name: statistics.median(taken) for name, taken in times.items()}
        first = next(iter(medians))
        print(f"\n{title}")
        for name, median in medians.items():
            spread = f"{min(times[name]):.2f} to {max(times[name]):.2f}"
            print(
                f"  {name:<28} {median:8.2f} s ({spread}), "
                f"{median / medians[first]:.2f} times {first}"
            )
        return medians

    return compare


@pytest.fixture(scope="session")
def photos(tmp_path_factory):
    """Forty images: real photos where they are, since drawings decode faster than any photo."""
    real = Path(os.environ.get("RACCOON", ROOT.parent / "shared" / "data" / "raccoon")) / "images"
    if not real.is_dir():
        drawn = tmp_path_factory.mktemp("few")
        sample.write(drawn, 40)
        real = drawn / "img"
    return sorted(real.iterdir())[:40]


@pytest.fixture(scope="session")
def annotated(tmp_path_factory, photos):
    """``img/`` and ``annotations/`` of many images of about 50 kB with 13 boxes each."""
    folder = tmp_path_factory.mktemp("annotated")
    contents = []
    for path in photos:
        with Image.open(str(path)) as image:
            large = image.convert("RGB").resize((480, 360), Image.LANCZOS)
        large.save(str(folder / "large.jpg"), quality=88)
        contents.append((folder / "large.jpg").read_bytes())
    (folder / "img").mkdir()
    (folder / "annotations").mkdir()
    chosen = random.Random(0)
    for number in range(COUNT):
        name = f"photo{number:06d}"
        # What follows the end of a JPEG is passed over: every file is its own, as photos are.
        (folder / "img" / f"{name}.jpg").write_bytes(contents[number % 40] + b"%d" % number)
        (folder / "annotations" / f"{name}.xml").write_text(annotation(name, chosen))
    yield Annotated(folder / "img", folder / "annotations", COUNT, BOXES)
    shutil.rmtree(str(folder))


def annotation(name, chosen):
    objects = []
    for number in range(BOXES):
        x, y = chosen.randrange(0, 420), chosen.randrange(0, 300)
        box = (x, y, x + chosen.randrange(20, 60), y + chosen.randrange(20, 60))
        objects.append(OBJECT.format(name=f"class{number % 7}", box=box))
    return (
        f"<annotation>\n\t<folder>img</folder>\n\t<filename>{name}.jpg</filename>\n"
        f"\t<path>/home/me/img/{name}.jpg</path>\n\t<source>\n\t\t<database>Unknown</database>"
        "\n\t</source>\n\t<size>\n\t\t<width>480</width>\n\t\t<height>360</height>\n"
        "\t\t<depth>3</depth>\n\t</size>\n\t<segmented>0</segmented>\n"
        f"{''.join(objects)}</annotation>\n"
    )


@pytest.fixture(scope="session")
def write_channel():
    """Writes the table and the label map of records into a folder; returns a ``Channel``."""

    def write(folder, records, images):
        return Channel(
            csv_table.write(records, folder / "data.csv"),
            label_map_file.write(LabelMap.of(class_names(records)), folder / "label_map.pbtxt"),
            images,
        )

    return write


@pytest.fixture(scope="session")
def pi_python(tmp_path_factory):
    """A Python as on a Pi: OpenCV from a wheel and a TensorFlow Lite runtime."""
    python = tmp_path_factory.mktemp("pi") / "venv" / "bin" / "python"
    packages = os.environ.get("BENCH_PACKAGES", PI_PACKAGES).split()
    run_or_skip(SYSTEM_PYTHON, "-m", "venv", python.parents[1])
    run_or_skip(python, "-m", "pip", "install", "--quiet", *packages)
    return python


@pytest.fixture(scope="session")
def pi_model(tmp_path_factory):
    """An SSD MobileNet v2 at 300x300 for one class."""
    if "PI_BENCH_MODEL" in os.environ:
        return Path(os.environ["PI_BENCH_MODEL"])
    from tiny_model import checkpoint

    from helpers.export.exporter import export_model
    from helpers.pipeline_config import pipeline
    from helpers.structures.label_map import LabelMap

    folder, made = tmp_path_factory.mktemp("checkpoint"), tmp_path_factory.mktemp("model")
    config = pipeline.read("ssd_mobilenet_v2")
    config.model.ssd.num_classes = 1
    weights = checkpoint(config, folder)
    exported = export_model(config, weights, LabelMap.of(["object"]), folder / "exported")
    files = {}
    for name in PI_FILES:
        shutil.copy(str(exported.folder / name), str(made))
        files[name] = {"sha256": hashlib.sha256((made / name).read_bytes()).hexdigest()}
    size = {"width": exported.width, "height": exported.height, "mean": 127.5, "std": 127.5}
    description = {"input": dict(size, resize="bilinear-half-pixel-centers"), "files": files}
    (made / "model.json").write_text(json.dumps(description))
    return made


@pytest.fixture(scope="session")
def many_photos(tmp_path_factory, photos):
    """So many that the start hardly counts."""
    folder = tmp_path_factory.mktemp("photos")
    for number in range(PI_PHOTOS):
        source = photos[number % len(photos)]
        shutil.copy(str(source), str(folder / f"{number:04d}{source.suffix}"))
    return folder
