"""``detect.py`` beside the loop of the tutorials, on one core and on two.

Whole processes in turns on the same photos: reading, drawing, writing and the start are in every
number. The processor's seconds tell more than the clock's where other programs run beside.
``PI_BENCH_MODEL`` takes another model folder than one of random weights, which takes the same time,
and ``PI_BENCH_LOOP_MODEL`` another one for the loop: what a smaller input or 8 bits gain is seen
beside the model that they are made in the place of.
"""

import os
import statistics
from pathlib import Path

import pytest
from pi_measuring import DETECT, PHOTOS, run, usable

ROUNDS = int(os.environ.get("BENCH_ROUNDS", 3))
LOOP = Path(__file__).with_name("tutorial_loop.py")


@pytest.mark.parametrize("cores", [1, 2], ids=["one core", "two cores"])
def test_beside_the_loop_of_the_tutorials(pi_python, pi_model, many_photos, tmp_path, cores):
    usable(cores)
    ours = [pi_python, DETECT, many_photos, "--model", pi_model, "--headless", "--force"]
    (tmp_path / "loop").mkdir()
    loops = os.environ.get("PI_BENCH_LOOP_MODEL", pi_model)
    rivals = {"the tutorials' loop": [pi_python, LOOP, loops, many_photos, tmp_path / "loop"]}
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
