"""The Pi's folder as it is delivered, with a model that has a self-test, and what it finds.

The same photos and video go through it under other processors and other versions.
"""

import json
import shutil
import subprocess

import cv2
import numpy as np
from pi_results import counterparts

from detection.detector import load
from detection.images import read_image

# What each backend runs on, and writes.
RUNS = {
    "opencv": ("photos", "clip.avi", "--output", "drawn"),
    "tflite": ("clip.avi", "--output", "drawn.mp4"),
}
BACKENDS = tuple(RUNS)
FRAMES = 4
LOWEST = 0.5
MIN_IOU, MAX_SCORE_DIFFERENCE = 0.98, 0.02


def write_clip(path, photo):
    """Writes a video of a photo that moves, without loss, in RGB.

    Of YUV, FFmpeg makes colours that differ by up to two levels between processors, to which a
    network of random weights answers with other boxes.
    """
    image = cv2.imread(str(photo))
    height, width = image.shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MPNG"), 5.0, (width, height))
    for number in range(FRAMES):
        writer.write(np.roll(image, 3 * number, axis=1))
    writer.release()


def add_self_test(model, photo):
    """Adds to a model folder what both backends find on a photo here."""
    shutil.copy(str(photo), str(model / "selftest.jpg"))
    limits = {"min_iou": 0.9, "max_score_difference": 0.05, "min_score": LOWEST}
    backends = {}
    for name in BACKENDS:
        found = load(model, name).detect(read_image(model / "selftest.jpg"), LOWEST)
        backends[name] = {
            **limits,
            "detections": [
                {"label": one.label, "score": one.score, "box": one.box} for one in found
            ],
        }
    (model / "selftest.json").write_text(json.dumps({"backends": backends}))


def fill(folder, photos):
    """Adds a self-test to the model of a delivered folder, photos and a video."""
    add_self_test(folder / "model", photos[1])
    (folder / "photos").mkdir()
    for path in photos:
        shutil.copy(str(path), str(folder / "photos"))
    write_clip(folder / "clip.avi", photos[0])


def arguments(backend):
    """Of a run with a backend, on the photos and the video or on the video alone."""
    return (*RUNS[backend], "--backend", backend, "--threshold", str(LOWEST), "--json", "--force")


def check_written(folder, backend):
    """Asserts that a run wrote each image, or the video."""
    if backend == "opencv":
        written = {path.name for path in (folder / "drawn").iterdir()}
        assert len(written) == FRAMES + len(list((folder / "photos").iterdir()))
        assert written >= {path.name for path in (folder / "photos").iterdir()}
    else:
        assert cv2.VideoCapture(str(folder / "drawn.mp4")).get(cv2.CAP_PROP_FRAME_COUNT) == FRAMES


def rows(text):
    """The lines of JSON among what a run printed."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def run(python, folder, backend):
    """Runs it with an interpreter of this machine; returns the lines of JSON."""
    command = [str(python), "detect.py", *arguments(backend)]
    return rows(subprocess.check_output(command, cwd=str(folder)).decode())


def compare(expected, found):
    """Compares two runs in both directions.

    Returns:
        How many detections were compared, the worst IoU, the worst difference of scores, and the
        detections without a counterpart.
    """
    assert [row["source"] for row in found] == [row["source"] for row in expected]
    pairs = [
        pair
        for sides in zip(expected, found)
        for one, other in (sides, sides[::-1])
        for pair in counterparts(
            one["detections"], other["detections"], LOWEST + MAX_SCORE_DIFFERENCE
        )
    ]
    wrong = [pair for pair in pairs if pair[1] < MIN_IOU or pair[2] > MAX_SCORE_DIFFERENCE]
    return len(pairs), min(pair[1] for pair in pairs), max(pair[2] for pair in pairs), wrong
