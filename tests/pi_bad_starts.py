"""What goes wrong when ``detect.py`` is started, and the files that it then meets.

Each row is a start that must end with one line on standard error, which contains ``says``: what is
wrong, by its name, and what helps. Words are those of options, files and commands.
"""

import json
import shutil
from typing import Dict, NamedTuple, Tuple

import cv2
import numpy as np
from pi_bad_models import make_models


class Start(NamedTuple):
    """A start: ``arguments`` in the folder that ``make_files`` filled, and how it must end.

    ``hides`` must not be shown. ``under`` is what ``forked_starts.prepare`` takes beside them.
    """

    id: str
    arguments: Tuple[str, ...]
    says: Tuple[str, ...]
    code: int = 1
    under: Dict[str, object] = {}
    hides: str = "Traceback"


def wrong_usage(id, arguments, *says):
    return Start(id, tuple(arguments.split()), says, code=2)


def of_model(id, name, *says):
    """With a model folder in which something is wrong."""
    return Start(id, ("photo.png", "--model", f"models/{name}"), (f"models/{name}", *says))


def of_source(id, source, *says, **under):
    return Start(id, (source, "--model", "models/good"), says, under=under)


def of_output(id, arguments, *says, code=1, **under):
    return Start(id, (*arguments.split(), "--model", "models/good"), says, code, under)


USAGE = [
    wrong_usage("no source", "", "SOURCE"),
    wrong_usage("self-test of a source", "photo.png --self-test", "--self-test"),
    wrong_usage("threshold above 1", "photo.png --threshold 2", "--threshold", "0 to 1"),
    wrong_usage(
        "threshold in percent", "photo.png --threshold 60%", "--threshold", "60%", "0 to 1"
    ),
    wrong_usage("threshold is not a number", "photo.png --threshold nan", "--threshold", "0 to 1"),
    wrong_usage("unknown backend", "photo.png --backend cuda", "--backend", "cuda", "opencv"),
    wrong_usage("misspelled option", "photo.png --treshold 0.5", "--treshold"),
    wrong_usage("option without its value", "photo.png --model", "--model"),
    wrong_usage("an image of a folder", "photos new.png", "new.png"),
    wrong_usage("a video of an image", "photo.png new.mp4", "new.mp4"),
    wrong_usage("output of no known kind", "photo.png new.xyz", ".xyz"),
    wrong_usage("output to FTP", "photo.png ftp://host/new.png", "ftp://host/new.png"),
]

MODEL = [
    of_model("no model folder", "nowhere", "--model"),
    of_model("the model is a file", "file", "expected", "folder", "--model"),
    of_model("empty model folder", "empty", "model.json", "missing", "copy"),
    of_model("description cut short", "cut-json", "model.json", "JSON", "copy"),
    of_model("description is a list", "list-json", "model.json", "object", "copy"),
    of_model("description without files", "no-files", "model.json", '"files"', "copy"),
    of_model("description is a folder", "folder-json", "model.json", "copy"),
    of_model("graph missing", "no-graph", "frozen_inference_graph.pb", "missing", "copy"),
    of_model("graph empty", "empty-graph", "frozen_inference_graph.pb", "0 bytes", "copy"),
    of_model("graph cut short", "cut-graph", "frozen_inference_graph.pb", " bytes", "copy"),
    of_model("graph damaged", "damaged-graph", "frozen_inference_graph.pb", "sha256", "copy"),
    of_model("no sha256", "no-sha256", "cvgraph.pbtxt", "sha256", "copy"),
    of_model("labels not listed", "no-labels", "model.json", "labels.txt", "copy"),
    of_model("labels in Latin-1", "latin-labels", "labels.txt", "UTF-8", "copy"),
    of_model("a label is blank", "blank-label", "labels.txt", "line 2", "copy"),
    of_model("no labels", "blank-labels", "labels.txt", "copy"),
    of_model("input of text", "text-width", "model.json", "input.width", "'wide'", "copy"),
    of_model("resized as in 0.1", "former", "model.json", "input.resize", "helpers export"),
    of_model("resized as of tomorrow", "newer", "model.json", "'lanczos'", "version"),
    of_model("threshold of 60", "threshold", "model.json", "threshold", "60", "0 to 1"),
    Start(
        "graphs of text",
        ("photo.png", "--model", "models/text-graph", "--backend", "opencv"),
        ("models/text-graph/cvgraph.pbtxt", f"OpenCV {cv2.__version__}", "export"),
    ),
    Start(
        "no self-test",
        ("--self-test", "--model", "models/good"),
        ("models/good/selftest.json", "helpers bundle"),
    ),
    Start(
        "self-test is not JSON",
        ("--self-test", "--model", "models/text-self-test"),
        ("models/text-self-test/selftest.json", "helpers bundle"),
    ),
    Start(
        "no TensorFlow Lite model",
        ("photo.png", "--model", "models/no-tflite", "--backend", "tflite"),
        ("models/no-tflite/detect.tflite", "--backend opencv"),
    ),
]

SOURCE = [
    of_source("no such file", "nowhere.jpg", "nowhere.jpg"),
    of_source("link to nothing", "broken-link.jpg", "broken-link.jpg"),
    of_source("link to itself", "loop.jpg", "loop.jpg"),
    of_source("empty folder", "empty", "empty", "images"),
    of_source("text", "notes.txt", "notes.txt"),
    of_source("empty image", "zero.jpg", "zero.jpg", "0 bytes"),
    of_source("a web page saved as an image", "page.jpg", "page.jpg", "JPEG or PNG"),
    of_source("image cut short", "cut.jpg", "cut.jpg", "cut short", "copy"),
    of_source("empty video", "zero.mp4", "zero.mp4", "0 bytes"),
    of_source("text as a video", "page.mp4", "page.mp4"),
    of_source("no such camera", "63", "63", "ls /dev/video*"),
    of_source("no such device", "/dev/video63", "/dev/video63", "ls /dev/video*"),
    of_source("nobody serves", "http://127.0.0.1:9/a.mjpg", "http://127.0.0.1:9/a.mjpg"),
    of_source("a name too long", "x" * 300, "x" * 300),
    of_source("photo without right", "locked.png", "locked.png", without_rights=True),
    of_source("folder without right", "locked", "locked", without_rights=True),
    of_source("a line break in the name", "line\nbreak.jpg", "line\\nbreak.jpg"),
]

OUTPUT = [
    of_output("over the source", "photo.png --output photo.png", "photo.png", "source"),
    of_output("over the source by a link", "photo.png --output link.png", "link.png", "source"),
    of_output("over a photo", "photo.png --output whole.jpg", "whole.jpg", "--force"),
    of_output("by force over the source", "photo.png --output photo.png --force", "photo.png"),
    of_output("a source is missing", "photo.png nowhere.jpg --output new", "nowhere.jpg"),
    of_output("two cameras", "0 63 --json", "0 is", "--output", code=2),
    of_output("two photos in one", "photo.png whole.jpg --output new.png", "new.png", code=2),
    of_output("no such output folder", "photo.png nowhere/new.png", "nowhere"),
    of_output("output folder is a file", "photos --output notes", "notes"),
    of_output("output without right", "photo.png locked/new.png", "locked", without_rights=True),
    of_output("nowhere to write", "photo.png /proc/new.png", "/proc/new.png"),
    of_output("disk full", "photo.png --json", "standard output", "df -h", stdout="/dev/full"),
]

STREAM = "http://me:s3cret@127.0.0.1:9/a.mjpg"
LIVE = [
    wrong_usage("patience below 0", "0 --give-up -1", "--give-up", "-1"),
    wrong_usage("size of a camera", "0 --camera-size 640", "--camera-size", "640"),
    wrong_usage("rate of a camera", "0 --camera-rate fast", "--camera-rate", "fast", "number"),
    wrong_usage("format of a camera", "0 --camera-format JPG", "--camera-format", "JPG"),
    of_source("password of a stream", STREAM, "127.0.0.1:9")._replace(hides="s3cret"),
    of_source("no such host", "rtsp://nowhere.invalid/live", "nowhere.invalid"),
    of_source("no such protocol", "gopher://127.0.0.1/live", "gopher://127.0.0.1/live", "rtsp://"),
]

RUNTIME = [
    wrong_usage("no threads", "photo.png --threads 0", "--threads", "0"),
    wrong_usage("threads as text", "photo.png --threads all", "--threads", "all", "256"),
    of_output("OpenVINO is not built in", "photo.png --opencv-backend openvino", "openvino"),
    of_output("CUDA is not built in", "photo.png --opencv-target cuda", "cuda"),
]

WATCH = [
    of_output("no watch.json", "photo.png --watch nowhere.json", "nowhere.json"),
    of_output("watch.json is no JSON", "photo.png --watch page.mp4", "page.mp4", "JSON"),
    of_output("watch.json is a list", "photo.png --watch list.json", "list.json"),
    of_output(
        "watch.json has no such key", "photo.png --watch key.json", "key.json", "zonse", "zones"
    ),
    of_output("a zone of two corners", "photo.png --watch zone.json", "zone.json", "zones"),
    of_output("a corner in pixels", "photo.png --watch pixels.json", "pixels.json", "zones"),
]

MORE = [
    Start("update from nowhere", ("--update", "nowhere.zip"), ("nowhere.zip",)),
    Start("update from no archive", ("--update", "page.mp4"), ("page.mp4",)),
    wrong_usage("tiles of nothing", "photo.png --tiles 0x2", "--tiles", "0x2"),
    wrong_usage("nothing to collect", "photo.png --collect new --collect-limit 0", "-limit", "0"),
    wrong_usage("action without command", "photo.png --on cat", "--on"),
    of_output("action on no class", "photo.png --on dragon true", "dragon", code=2),
    Start("update unchecked", ("--update", "http://127.0.0.1:9/pi.zip"), ("--sha256",), code=2),
    of_source("a photo of an iPhone", "phone.jpg", "phone.jpg", "HEIC"),
]

STARTS = USAGE + MODEL + SOURCE + OUTPUT + LIVE + RUNTIME + WATCH + MORE


WATCH_FILES = {
    "list.json": [],
    "key.json": {"zonse": []},
    "zone.json": {"zones": [{"name": "door", "polygon": [[0, 0], [1, 1]]}]},
    "pixels.json": {"zones": [{"name": "door", "polygon": [[0, 0], [640, 0], [640, 480]]}]},
}


def make_files(folder, model):
    """Fills a folder with what the starts name; ``model`` is a sound one without a self-test."""
    photos = folder / "photos"
    for name in ("photos", "empty", "locked"):
        (folder / name).mkdir()
    image = cv2.resize(np.arange(48, dtype=np.uint8).reshape(4, 4, 3) * 5, (64, 48))
    for path in (folder / "photo.png", folder / "whole.jpg", photos / "one.png"):
        assert cv2.imwrite(str(path), image)
    shutil.copy(str(folder / "photo.png"), str(folder / "locked.png"))
    (folder / "link.png").symlink_to("photo.png")
    (folder / "broken-link.jpg").symlink_to("gone.jpg")
    (folder / "loop.jpg").symlink_to("loop.jpg")
    for name in ("notes", "notes.txt", "page.jpg", "page.mp4"):
        (folder / name).write_text("<!DOCTYPE html>\n" * 99)
    for name in ("zero.jpg", "zero.mp4", "line\nbreak.jpg"):
        (folder / name).write_bytes(b"")
    (folder / "phone.jpg").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99))
    (folder / "cut.jpg").write_bytes((folder / "whole.jpg").read_bytes()[:-200])
    for name, content in WATCH_FILES.items():
        (folder / name).write_text(json.dumps(content))
    make_models(folder / "models", model)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755)
    for name in ("locked", "locked.png"):
        (folder / name).chmod(0)
