"""A job in a notebook: what its page shows, and how often it is drawn."""

import re
from types import SimpleNamespace

import pytest
from IPython.core.formatters import DisplayFormatter

from helpers.training.event_reader import Point
from helpers.training.job_watch import JobStatus
from helpers.training.training_progress import Progress
from helpers.ui import job_view
from helpers.ui.job_view import JobPage, JobView

STATUS = JobStatus(
    "train-1",
    "sagemaker",
    100,
    secondary="Training",
    progress=Progress(50, 1.5, 2.0, False, 16.0, 0.25, "expected by 10 timed steps: 3:20"),
    curves={"loss": (Point(1, 5), Point(50, 1.5)), "mAP": (Point(50, 0.25),)},
    lines=("one <line>", "the last line"),
    links={"job": "https://example.org/?a=1&b=2", "log": "/work/train.log"},
    notes=("the log may not be read",),
)


class Screen:
    """What a notebook would show: every output, and how often it was replaced."""

    def __init__(self):
        self.pages, self.outputs = [], 0

    def display(self, page, display_id):
        assert display_id is True
        self.outputs += 1
        self.update(page)
        return self

    def update(self, page):
        self.pages.append(page)


@pytest.fixture
def screen(monkeypatch):
    screen = Screen()
    monkeypatch.setattr(job_view, "display", screen.display)
    return screen


@pytest.fixture
def clock():
    return SimpleNamespace(now=100.0)


def changed(step):
    return STATUS.__class__(**dict(vars(STATUS), progress=STATUS.progress._replace(step=step)))


@pytest.mark.parametrize(
    "part",
    [
        "train-1",
        "InProgress",
        'value="0.5000"',
        "50 of 100",
        "1.5",
        "0.250",
        "3:20",
        "one &lt;line&gt;\nthe last line",
        'href="https://example.org/?a=1&amp;b=2"',
        "<code>/work/train.log</code>",
        "the log may not be read",
    ],
)
def test_a_page_has_everything(part):
    assert part in JobPage(STATUS)._repr_html_()


def test_what_is_not_known_takes_no_place():
    page = JobPage(JobStatus("a", "here", 10))._repr_html_()
    assert not re.search("<pre|<img|<a |None", page)


def test_without_a_browser_a_page_is_a_line():
    data, _ = DisplayFormatter().format(JobPage(STATUS))
    assert data["text/plain"] == STATUS.as_text() and "text/html" in data


def test_one_output_is_redrawn_but_not_at_each_change(screen, clock):
    view = JobView(lambda: clock.now)
    for step in range(1000):
        view(changed(step))
        clock.now += 0.1
    assert screen.outputs == 1 and 90 <= len(screen.pages) <= 101
    clock.now += 10000
    before = len(screen.pages)
    for step in range(1000):
        view(changed(step))
        clock.now += 0.1
    assert len(screen.pages) - before == 7  # 100 s, one each 15 s


def test_a_new_status_is_shown_at_once(screen, clock):
    view = JobView(lambda: clock.now)
    view(STATUS)
    view(changed(60))
    ended = STATUS.__class__(**dict(vars(STATUS), status="Failed", failure="no <room>"))
    view(ended)
    assert [repr(page).split(": ")[1].split(",")[0] for page in screen.pages] == [
        "InProgress",
        "Failed",
    ]
    assert "no &lt;room&gt;" in screen.pages[-1]._repr_html_()


def test_the_plot_is_drawn_anew_only_with_new_points(screen, clock, monkeypatch):
    drawn = []
    monkeypatch.setattr(job_view.plots, "as_png", lambda figure: drawn.append(figure) or b"png")
    view = JobView(lambda: clock.now)
    for step in (50, 51, 52):
        clock.now += 20
        view(changed(step))
    clock.now += 20
    view(STATUS.__class__(**dict(vars(STATUS), curves={"loss": (Point(1, 5),)})))
    assert len(drawn) == 2 and "data:image/png;base64" in screen.pages[-1]._repr_html_()
    assert [axes.get_title() for axes in drawn[0].axes][0] == "loss" and len(drawn[0].axes) == 2


def test_the_last_status_without_points_has_no_plot(screen, clock):
    JobView(lambda: clock.now)(JobStatus("a", "here", 10, status="Stopped"))
    assert "<img" not in screen.pages[-1]._repr_html_()


def test_outside_of_a_notebook_there_is_no_view():
    assert job_view.for_notebook() is None
