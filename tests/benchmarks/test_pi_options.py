"""What ``--collect``, ``--tiles`` and ``--track`` cost, and what tiles find.

The found objects mean something with a trained model only: ``PI_BENCH_MODEL`` names its folder.
"""

import math
import os
import re
import statistics
import sys
import time

import cv2
import numpy as np
import pytest
from pi_measuring import DETECT, run, usable

sys.path.insert(0, str(DETECT.parent))

from pi_scenes import Mover, scene, walk  # noqa: E402

from detection.detector import load  # noqa: E402
from detection.structures import Frame  # noqa: E402
from detection.tiling import AUTO, TiledDetector, tiles_of  # noqa: E402
from detection.watch.plan import WatchPlan  # noqa: E402
from detection.watch.watching import Watch  # noqa: E402

ROUNDS = int(os.environ.get("BENCH_ROUNDS", 3))
COLUMNS, ROWS, CELL = 8, 5, (200, 256)  # 40 photos on 1600x1280 pixels
SHARE = 0.9  # of a cell, at most
FOUND = 0.5  # IoU
CORNER = re.compile(r"<(?:xmin|ymin|xmax|ymax)>([\d.]+)<")


@pytest.mark.parametrize("cores", [1, 2], ids=["one core", "two cores"])
def test_collecting(pi_python, pi_model, many_photos, tmp_path, cores):
    """Nothing was collected before, so that it keeps as many photos as it ever does."""
    usable(cores)
    plain = [pi_python, DETECT, many_photos, "--model", pi_model, "--headless", "--force"]
    plain += ["--output", tmp_path / "drawn"]
    ratios = []
    for number in range(ROUNDS):
        collected = tmp_path / f"collected{number}"
        alone = run(plain, cores)
        collecting = run([*plain, "--collect", collected], cores)
        ratios.append([one / other for one, other in zip(collecting, alone)])
    clock, processor = (statistics.median(values) for values in zip(*ratios))
    kept = len(list((collected / "img").iterdir()))
    print(
        f"\n--collect on {cores} of the cores, {kept} photos kept: {clock:.2f} times as long,"
        f" {processor:.2f} times as much of the processor"
    )


def test_tiles(pi_model, photos):
    image, boxes = mosaic(photos)
    detector = load(pi_model, "opencv")
    tiled = TiledDetector(detector.detect, detector.input_size, AUTO, lambda text: None)
    ways = {
        "the whole image": detector.detect,
        "as many, side by side": lambda image: side_by_side_tiles(detector, image, as_many=True),
        "as large, side by side": lambda image: side_by_side_tiles(detector, image, as_many=False),
        "--tiles auto": tiled.detect,
    }
    print(f"\n{len(boxes)} objects on {image.shape[1]}x{image.shape[0]} pixels")
    for name, find in ways.items():
        find(image)
        started = time.perf_counter()
        detections = find(image)
        milliseconds = 1000 * (time.perf_counter() - started)
        overlaps = ious([one.box for one in detections], boxes)
        found = int((overlaps.max(axis=0, initial=0) >= FOUND).sum())
        print(
            f"  {name:<24}{milliseconds:8.0f} ms,{found:4} found,"
            f"{len(detections) - found:4} other detections"
        )


def mosaic(photos):
    """Returns an RGB image of 40 photos, and where their objects are, (n, 4) pixels."""
    width, height = CELL
    random = np.random.RandomState(0)
    image, boxes = np.zeros((ROWS * height, COLUMNS * width, 3), np.uint8), []
    for number, path in enumerate(photos[: COLUMNS * ROWS]):
        photo = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        scale = SHARE * min(width / photo.shape[1], height / photo.shape[0])
        small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        # Anywhere in its cell, so that no way of cutting fits the mosaic by chance.
        left = width * (number % COLUMNS) + random.randint(width - small.shape[1])
        top = height * (number // COLUMNS) + random.randint(height - small.shape[0])
        image[top : top + small.shape[0], left : left + small.shape[1]] = small
        annotation = path.parents[1] / "annotations" / f"{path.stem}.xml"
        corners = np.array(CORNER.findall(annotation.read_text()), float).reshape(-1, 4)
        boxes += list(corners * scale + (left, top, left, top))
    return image, np.array(boxes)


def side_by_side_tiles(detector, image, as_many):
    """The naive way: tiles that do not overlap, and nothing is merged."""
    height, width = image.shape[:2]
    tiles = tiles_of((width, height), AUTO, detector.input_size)
    columns, rows = (len({tile[side] for tile in tiles}) for side in (0, 1))
    if not as_many:
        first = tiles[0]
        columns = math.ceil(width / (first.right - first.left))
        rows = math.ceil(height / (first.bottom - first.top))
    found = []
    for row in range(rows):
        for column in range(columns):
            left, right = (width * (column + step) // columns for step in (0, 1))
            top, bottom = (height * (row + step) // rows for step in (0, 1))
            found += [
                one._replace(box=tuple(np.add(one.box, (left, top, left, top))))
                for one in detector.detect(image[top:bottom, left:right])
            ]
    return found


def ious(boxes, others):
    """IoU of each with each, (n, m)."""
    boxes, others = np.reshape(boxes, (-1, 1, 4)), np.reshape(others, (1, -1, 4))
    low = np.maximum(boxes[..., :2], others[..., :2])
    high = np.minimum(boxes[..., 2:], others[..., 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    areas = [(part[..., 2:] - part[..., :2]).prod(axis=2) for part in (boxes, others)]
    return shared / (areas[0] + areas[1] - shared)


def test_tracking():
    """Twenty people who walk to and fro, with what a detector misses and is off by."""
    movers = [
        Mover(walk((20 + 30 * number, 20), (610 - 30 * number, 450), 0, 40), (30, 40))
        for number in range(20)
    ]
    watch, spent = Watch(WatchPlan(track=True), 0.5), []
    for shown, detections, _ in scene(movers, 40, 25, noise=0.03, missed=0.1):
        assert isinstance(shown, Frame)
        started = time.perf_counter()
        watch.apply(shown, detections)
        spent.append(1000 * (time.perf_counter() - started))
    median, late = np.percentile(spent, [50, 95])
    print(f"\ntracking 20 objects: {median:.2f} ms a frame, 95 % below {late:.2f}")
