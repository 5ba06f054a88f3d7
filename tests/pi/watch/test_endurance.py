"""50,000 frames, time compressed: memory stays flat, ids and counts stay right."""

import json
import subprocess
import sys

from pi_scenes import HEIGHT, WIDTH

PROGRAM = """
import io, json, sys
import numpy as np
from detection import pipeline
from detection.drawing import Painter
from detection.sinks.lines import JsonLines
from detection.structures import Detection, Frame, Line, Zone
from detection.watch.plan import WatchPlan
from detection.watch.watching import Watch

WIDTH, HEIGHT, FRAMES, RATE, EVERY = map(int, sys.argv[1:])
IMAGE = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
CROSSING = 40  # frames of one object, of which two are in view at any time

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

def frames():
    for number in range(1, FRAMES + 1):
        if number % EVERY == 0:
            memory.append(resident())
        yield Frame(IMAGE.copy(), "door", number, float(number), number / RATE)

def detections(number):
    for phase, x in ((0, 160), (CROSSING // 2, 440)):
        share = (number + phase) % CROSSING / CROSSING
        y = share * (HEIGHT + 80) - 40
        yield Detection("person", 0.9, (x - 30, y - 40, x + 30, y + 40))

def detect(frame):
    return list(detections(frame.number))

class Out(io.TextIOBase):
    def write(self, text):
        self.last = text.strip() or self.last
        return len(text)

memory, out = [], Out()
whole = Zone("all", ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
line = Line("door", (0.0, 0.5), (1.0, 0.5))
plan = WatchPlan(zones=(whole,), lines=(line,), anchor="center", lost_after=0.2)
watch = Watch(plan, 0.5)
pipeline.run(frames(), [detect, detect], watch.apply, [JsonLines(out)])
counts = watch.apply(next(frames()), []).counts
print(json.dumps({"memory": memory, "counts": counts["door"], "last": json.loads(out.last)}))
"""
FRAMES, RATE, EVERY, CROSSING = 50_000, 10, 5_000, 40
MEGABYTE = 2**20


def test_memory_stays_flat_and_everyone_counts_once(pi_folder):
    arguments = [WIDTH, HEIGHT, FRAMES, RATE, EVERY]
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, arguments)],
        cwd=str(pi_folder),
        stdout=subprocess.PIPE,
        universal_newlines=True,
        check=True,
    )
    ended = json.loads(result.stdout)
    # After the first frames everything is there that the rest needs.
    assert max(ended["memory"][1:]) - ended["memory"][0] < 4 * MEGABYTE
    # One crosses every 20 frames.
    assert abs(ended["counts"]["in"] - FRAMES / (CROSSING / 2)) <= 1
    assert ended["counts"]["out"] == 0
    assert ended["last"]["frame"] == FRAMES
