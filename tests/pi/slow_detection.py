"""``detect.py`` with a detector that takes long: prints the age of each frame when it is done.

``slow_detection.py SECONDS FRAMES ARGUMENT...``: ends after so many frames, as Ctrl-C would end it.
Frames are those of ``pi_streams``.
"""

import os
import signal
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "pi"), str(ROOT / "tests")]
os.environ.update(OPENCV_LOG_LEVEL="OFF", OPENCV_FFMPEG_LOGLEVEL="-8")

from pi_streams import age  # noqa: E402

from detection import command_line, detector, program  # noqa: E402
from detection.device.leaving import leave  # noqa: E402


def slowed(seconds, frames):
    """Returns what stands for ``Detector.detect``."""
    done = []

    def detect(self, image, threshold=None):
        time.sleep(seconds)
        done.append(age(image))
        print(f"{done[-1]:.3f}", flush=True)
        if len(done) == frames:
            os.kill(os.getpid(), signal.SIGINT)
        return []

    return detect


if __name__ == "__main__":
    detector.Detector.detect = slowed(float(sys.argv[1]), int(sys.argv[2]))
    leave(lambda: command_line.main(program.run, None, Path("model"), sys.argv[3:]))
