"""A training job in a notebook: one output that redraws itself, whatever the job's length.

Every redraw replaces the one before, by ``update_display``: the page and the stored notebook hold
one. Between two of them passes a hundredth of the time that the job has run, 15 s at the most, so
that a job of hours sends the browser megabytes, not gigabytes.
"""

from __future__ import annotations

import base64
import html
import sys
import time
from typing import Any, Callable, Mapping, Optional, Sequence, Tuple

from IPython import get_ipython
from IPython.display import display

from helpers.training.event_reader import Point
from helpers.training.job_watch import COMPLETED, FAILED, RUNNING, STOPPING, JobStatus
from helpers.ui import plots, training_plots

SHORTEST, LONGEST = 1.0, 15.0  # seconds between two redraws
_SHARE = 0.01  # of the time that the job has run
_COLOURS = {RUNNING: "#0082c8", STOPPING: "#f58231", COMPLETED: "#3cb44b", FAILED: "#e6194b"}
_DPI = 72


class JobPage:
    """What is known of a job, as a page and as text.

    Args:
        status: the job.
        plot: loss and mAP as a PNG file; empty without points.
    """

    def __init__(self, status: JobStatus, plot: bytes = b"") -> None:
        self._status, self._plot = status, plot

    def __repr__(self) -> str:
        return self._status.as_text()

    def _repr_html_(self) -> str:
        status = self._status
        parts = [
            _title(status),
            f'<progress value="{status.done:.4f}" style="width:100%"></progress>',
            f"<p>{_numbers(status.numbers())}</p>",
            *(f"<p>{html.escape(text)}</p>" for text in filter(None, [status.progress.expected])),
            *(
                f'<p style="color:{_COLOURS[FAILED]}"><b>{html.escape(text)}</b></p>'
                for text in filter(None, [status.failure])
            ),
            _image(self._plot),
            _lines(status.lines),
            *(f"<p>{html.escape(note)}</p>" for note in status.notes),
            _links(status.links),
        ]
        return f"<div>{''.join(parts)}</div>"


def _title(status: JobStatus) -> str:
    colour = _COLOURS.get(status.status, "#808080")
    return (
        f"<p><b>{html.escape(status.name)}</b> ({html.escape(status.where)}): "
        f'<span style="color:{colour}"><b>{html.escape(status.doing)}</b></span></p>'
    )


def _numbers(numbers: Mapping[str, str]) -> str:
    return " &nbsp; ".join(f"{name} <b>{html.escape(text)}</b>" for name, text in numbers.items())


def _image(plot: bytes) -> str:
    if not plot:
        return ""
    data = base64.b64encode(plot).decode()
    return f'<img src="data:image/png;base64,{data}" alt="loss and mAP">'


def _lines(lines: Sequence[str]) -> str:
    if not lines:
        return ""
    text = html.escape("\n".join(lines))
    return f'<pre style="font-size:80%; max-height:16em; overflow:auto">{text}</pre>'


def _links(links: Mapping[str, str]) -> str:
    """Links to addresses; a path is shown as it is."""
    shown = []
    for title, target in links.items():
        text = html.escape(target, quote=True)
        if target.startswith(("http://", "https://")):
            shown.append(
                f'<a href="{text}" target="_blank" rel="noopener">{html.escape(title)}</a>'
            )
        else:
            shown.append(f"{html.escape(title)}: <code>{text}</code>")
    return f"<p>{' &nbsp; '.join(shown)}</p>" if shown else ""


class JobView:
    """Shows a job in the cell that is running; called with each change of it.

    Args:
        clock: seconds, as ``time.monotonic``.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._began, self._drawn = clock, clock(), -LONGEST
        self._seen: Tuple[str, str] = ("", "")
        self._plotted: Mapping[str, Sequence[Point]] = {}
        self._plot = b""
        self._handle: Any = None

    def __call__(self, status: JobStatus) -> None:
        """Redraws where it is time, and at once when the status changed.

        Args:
            status: the job now.
        """
        now, seen = self._clock(), (status.status, status.secondary)
        wait = min(LONGEST, max(SHORTEST, _SHARE * (now - self._began)))
        if seen == self._seen and now - self._drawn < wait:
            return
        self._drawn, self._seen = now, seen
        if status.curves != self._plotted:
            self._plotted, self._plot = status.curves, _plotted(status)
        page = JobPage(status, self._plot)
        if self._handle is None:
            self._handle = display(page, display_id=True)
        else:
            self._handle.update(page)


def _plotted(status: JobStatus) -> bytes:
    figure = training_plots.training_curves({status.name: status.curves}, status.name)
    figure.set_dpi(_DPI)
    return plots.as_png(figure)


def for_notebook() -> Optional[JobView]:
    """A view where this runs in a notebook's kernel; ``None`` elsewhere."""
    return JobView() if "ipykernel" in sys.modules and get_ipython() is not None else None
