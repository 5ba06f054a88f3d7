"""TensorBoard: the scalars in its event files, and its process in the background."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Dict, List, NamedTuple, Union

from helpers.structures.errors import MissingPart

_START_SECONDS = 60


class Point(NamedTuple):
    """One value of a curve."""

    step: int
    value: float


def scalars(folder: Union[str, Path]) -> Dict[str, List[Point]]:
    """Reads every scalar curve below a folder.

    Args:
        folder: of the event files; those of the evaluation lie in folders below it.

    Returns:
        Points by tag, in the order of the steps. A restart repeats steps; the last one counts.

    Raises:
        MissingPart: there is no event file.
    """
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    folders = sorted({path.parent for path in Path(folder).glob("**/events.out.*")})
    if not folders:
        raise MissingPart(f"{folder}: no event files yet. Train first (notebook 04_train).")
    curves: Dict[str, Dict[int, float]] = {}
    for event_folder in folders:
        events = EventAccumulator(str(event_folder), size_guidance={"scalars": 0})
        events.Reload()
        for tag in events.Tags()["scalars"]:
            curve = curves.setdefault(tag, {})
            curve.update({event.step: event.value for event in events.Scalars(tag)})
    return {
        tag: [Point(step, curve[step]) for step in sorted(curve)]
        for tag, curve in sorted(curves.items())
    }


def headline(curves: Dict[str, List[Point]]) -> Dict[str, List[Point]]:
    """The most useful curves under plain names; those that are absent are left out."""
    headlines = (
        ("loss", ("loss_1", "loss", "Loss/total_loss")),
        ("learning rate", ("learning_rate_1", "learning_rate")),
        ("mAP", ("DetectionBoxes_Precision/mAP",)),
        ("mAP at IoU 0.5", ("DetectionBoxes_Precision/mAP@.50IOU",)),
    )
    return {
        name: next(curves[tag] for tag in tags if tag in curves)
        for name, tags in headlines
        if any(tag in curves for tag in tags)
    }


class TensorBoard:
    """TensorBoard as a process in the background, until ``stop``.

    Attributes:
        url: where it answers.

    Raises:
        MissingPart: it did not start; the message has the end of its log.
    """

    def __init__(self, folder: Union[str, Path], log: Union[str, Path], port: int = 0) -> None:
        port = port or _free_port()
        self.url = f"http://127.0.0.1:{port}/"
        with open(str(log), "wb") as stream:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tensorboard.main",
                    "--logdir",
                    str(folder),
                    "--host",
                    "127.0.0.1",
                    "--port",
                    str(port),
                    "--reload_interval",
                    "5",
                ],
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(self.url):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                lines = Path(log).read_text(errors="replace").strip().splitlines()[-3:]
                raise MissingPart("TensorBoard did not start: " + " ".join(lines))
            time.sleep(0.2)

    def stop(self) -> None:
        """Ends the process; a second call does nothing."""
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False
