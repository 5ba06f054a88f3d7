"""What the tests of the Pi's folder share.

They run where TensorFlow is, on a model of random weights made here. On another Python, or on a Pi,
give them a model folder: ``PI_TEST_MODEL=model python3 -m pytest tests/pi``.
"""

import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import cv2
import debian_trees
import numpy as np
import pi_environments
import pytest

ROOT = Path(__file__).resolve().parents[2]
PI = ROOT / "pi"

# As on the device: the package lies beside detect.py.
sys.path.insert(0, str(PI))

NOTICE = "detect.py: backend "
FILES = ("frozen_inference_graph.pb", "cvgraph.pbtxt", "detect.tflite", "labels.txt")


@pytest.fixture(scope="session")
def pi_folder():
    return PI


@pytest.fixture(autouse=True, scope="session")
def cache_home(tmp_path_factory):
    """The backends chosen in tests are not kept for the user."""
    former = os.environ.get("XDG_CACHE_HOME")
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if former is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = former


@pytest.fixture()
def run_detect(tmp_path):
    """Runs detect.py as a process of its own, in the test's folder and without a display.

    The result's ``notices`` are the lines that say which backend runs; ``stderr`` has the others.
    """

    def run(*arguments, **options):
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DISPLAY", "WAYLAND_DISPLAY")
        }
        options.setdefault("stdout", subprocess.PIPE)
        result = subprocess.run(
            [sys.executable, str(PI / "detect.py"), *map(str, arguments)],
            stderr=subprocess.PIPE,
            cwd=str(tmp_path),
            env=environment,
            universal_newlines=True,
            **options,
        )
        lines = result.stderr.splitlines(keepends=True)
        result.notices = [line for line in lines if line.startswith(NOTICE)]
        result.stderr = "".join(line for line in lines if not line.startswith(NOTICE))
        return result

    return run


def describe(folder, **input_changes):
    """Writes a model.json that vouches for a folder's files, as export does."""
    files = {
        path.name: {
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "bytes": path.stat().st_size,
        }
        for path in sorted(folder.iterdir())
        if path.name != "model.json"
    }
    described = {"width": 160, "height": 120, "mean": 127.5, "std": 127.5}
    described["resize"] = "bilinear-half-pixel-centers"
    description = {"input": {**described, **input_changes}, "files": files}
    (folder / "model.json").write_text(json.dumps(description), encoding="utf-8")


@pytest.fixture(scope="session")
def seal():
    return describe


@pytest.fixture(scope="session")
def installed():
    """Whether one of these modules can be imported."""
    return lambda *modules: any(find_spec(name.split(".")[0]) for name in modules)


@pytest.fixture(scope="session")
def tensorflow():
    """TensorFlow; what needs it is skipped elsewhere."""
    return pytest.importorskip("tensorflow")


@pytest.fixture(scope="session")
def random_model(request, tmp_path_factory):
    """A model folder whose detections mean nothing, but depend on every pixel and are many."""
    model_path = os.environ.get("PI_TEST_MODEL")
    if model_path:
        return Path(model_path).resolve()
    exported = request.getfixturevalue("exported")
    model = tmp_path_factory.mktemp("random")
    for name in FILES:
        shutil.copy(str(exported.folder / name), str(model))
    describe(model, width=exported.width, height=exported.height)
    return model


@pytest.fixture(scope="session")
def images(tmp_path_factory):
    """Paths of four images of coloured blobs, of several sizes."""
    folder = tmp_path_factory.mktemp("images")
    paths = []
    for seed, size in enumerate([(160, 128), (320, 240), (240, 320), (101, 77)]):
        random = np.random.RandomState(seed)
        layers = [
            cv2.resize(random.rand(cells, cells, 3), size, interpolation=cv2.INTER_CUBIC)
            for cells in (3, 7, 20)
        ]
        image = np.clip(np.mean(layers, axis=0) * 400 - 75, 0, 255).astype(np.uint8)
        paths.append(folder / f"blobs{seed}.png")
        assert cv2.imwrite(str(paths[-1]), image)
    return paths


@pytest.fixture()
def make_image():
    """Writes a smooth colour image and returns what was encoded, RGB uint8."""

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
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*codec), rate, (width, height))
        assert writer.isOpened()
        for number in range(frames):
            writer.write(np.full((height, width, 3), (20 + 10 * number) % 256, np.uint8))
        writer.release()

    return write


@pytest.fixture()
def model(random_model, tmp_path):
    """A copy of the model that a test may spoil."""
    copy = tmp_path / "model"
    shutil.copytree(str(random_model), str(copy))
    return copy


@pytest.fixture()
def photos(images, tmp_path):
    """A folder with three images."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for path in images[:3]:
        shutil.copy(str(path), str(folder))
    return folder


@pytest.fixture(scope="session")
def refused():
    """Asserts one line on standard error that contains every one of ``values``."""

    def check(result, *values, exit_code=1):
        assert result.returncode == exit_code, result.stderr
        assert result.stderr.count("\n") == 1, result.stderr
        assert result.stderr.startswith("detect.py: ")
        for value in values:
            assert value in result.stderr

    return check


@pytest.fixture(scope="session")
def debian_tree(tmp_path_factory):
    """Returns a Debian userland of a release and a processor, made once; skips where it cannot.

    Tests that use the same tree belong into one file, which one process runs.
    """
    kept = os.environ.get("DEBIAN_TREES")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("trees")

    def tree(suite, arch, packages=debian_trees.PACKAGES):
        reason = debian_trees.unavailable_reason(arch)
        if reason:
            pytest.skip(reason)
        digest = hashlib.sha256(",".join(packages).encode()).hexdigest()[:8]
        return debian_trees.make(suite, arch, folder / f"{suite}-{arch}-{digest}", packages)

    yield tree
    if not kept:
        shutil.rmtree(str(folder))


@pytest.fixture(scope="session")
def self_tested(random_model, images, tmp_path_factory):
    """A model folder with a self-test of what is found here. Not to be written to."""
    from detection.detector import load
    from detection.images import read_image

    model = tmp_path_factory.mktemp("self-tested") / "model"
    shutil.copytree(str(random_model), str(model))
    shutil.copy(str(images[1]), str(model / "selftest.jpg"))
    found = load(model, "opencv").detect(read_image(model / "selftest.jpg"), 0.5)
    wanted = {"min_iou": 0.95, "max_score_difference": 0.02, "min_score": 0.5}
    wanted["detections"] = [
        {"label": one.label, "score": one.score, "box": one.box} for one in found
    ]
    content = {"backends": {"opencv": wanted, "tflite": wanted}}
    (model / "selftest.json").write_text(json.dumps(content))
    size = json.loads((model / "model.json").read_text())["input"]
    describe(model, width=size["width"], height=size["height"])
    return model


@pytest.fixture(scope="module")
def copied_pi(self_tested, tmp_path_factory):
    """The folder as it is copied to a device, with a model that has a self-test."""
    folder = tmp_path_factory.mktemp("device") / "detect"
    leave = shutil.ignore_patterns("__pycache__", "model", "venv")
    shutil.copytree(str(PI), str(folder), ignore=leave)
    shutil.copytree(str(self_tested), str(folder / "model"))
    return folder


@pytest.fixture(scope="session")
def environments(tmp_path_factory):
    """Returns the interpreter of one of ``pi_environments.ENVIRONMENTS``, made once."""
    folder = tmp_path_factory.mktemp("environments")

    make = functools.lru_cache(maxsize=None)(pi_environments.make)

    def environment(name):
        try:
            return make(name, folder / name.replace(" ", "-"))
        except LookupError as missing:
            pytest.skip(str(missing))

    yield environment
    shutil.rmtree(str(folder))


@pytest.fixture(scope="session")
def delivered(random_model, images, tensorflow, tmp_path_factory):
    """What is copied to a device, with a model that has a self-test, photos and a video."""
    import pi_delivery

    folder = tmp_path_factory.mktemp("delivered") / "detect"
    shutil.copytree(str(PI), str(folder), ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(str(random_model), str(folder / "model"))
    pi_delivery.fill(folder, images)
    size = json.loads((folder / "model" / "model.json").read_text())["input"]
    describe(folder / "model", width=size["width"], height=size["height"])
    return folder


@pytest.fixture(scope="session")
def found_here(delivered):
    """Returns what a backend finds in this environment on what is delivered."""
    import pi_delivery

    @functools.lru_cache(maxsize=None)
    def find(backend):
        return pi_delivery.run(sys.executable, delivered, backend)

    return find
