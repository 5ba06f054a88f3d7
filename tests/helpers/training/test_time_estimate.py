"""How long a job takes, from what was timed at its beginning."""

import pytest

from helpers.training import time_estimate
from helpers.training.time_estimate import Pace, RunTime, Workload

PACE = Pace(start=10.0, view=0.1, setup=20.0, step=0.5, image=0.1)
WORK = Workload(steps=201, views=320, eval_images=40)


def test_what_was_timed_is_taken_as_often_as_it_is_done():
    time = time_estimate.estimate(PACE, WORK)
    assert (time.start, time.features) == (30, 32)
    assert time.steps == 100  # the first step belongs to the start
    assert time.total == pytest.approx(sum(time))


@pytest.mark.parametrize(
    "change, parts",
    [
        ({"steps": 401}, {"steps"}),
        ({"views": 640}, {"features"}),
        ({"eval_images": 80}, {"evaluation", "export"}),
        ({"evaluations": 2}, {"evaluation"}),
        ({"steps": 0}, {"steps"}),
    ],
    ids=["steps", "features", "eval images", "evaluations", "no steps"],
)
def test_more_work_costs_where_it_is_done(change, parts):
    before, after = (time_estimate.estimate(PACE, w) for w in (WORK, WORK._replace(**change)))
    assert {name for name in RunTime._fields if getattr(before, name) != getattr(after, name)} == (
        parts
    )
    assert min(after) >= 0


def test_of_a_large_eval_split_the_export_compares_a_part():
    many, more = (time_estimate.estimate(PACE, WORK._replace(eval_images=n)) for n in (500, 5000))
    assert many.export == more.export and many.evaluation < more.evaluation


def test_a_machine_of_half_the_speed_takes_twice_as_long():
    slow = Pace(*(2 * seconds for seconds in PACE))
    fast, twice = (time_estimate.estimate(pace, WORK).total for pace in (PACE, slow))
    assert twice == pytest.approx(2 * fast)


def work_of(steps):
    return WORK._replace(steps=steps)


@pytest.mark.parametrize("steps", [0, 1, 57, 500], ids=str)
def test_most_steps_are_those_that_just_end_in_time(steps):
    seconds = time_estimate.estimate(PACE, work_of(steps)).total
    assert time_estimate.most_steps(seconds, PACE, work_of, 500) == max(steps, steps == 0)
    if steps > 1:
        assert time_estimate.most_steps(seconds - 0.1, PACE, work_of, 500) == steps - 1


@pytest.mark.parametrize(
    "seconds, most, expected", [(1, 500, 0), (1e6, 500, 500), (1e6, 0, 0)], ids=str
)
def test_most_steps_has_bounds(seconds, most, expected):
    assert time_estimate.most_steps(seconds, PACE, work_of, most) == expected


@pytest.mark.parametrize(
    "seconds, text",
    [(0, "0:00"), (59.6, "1:00"), (200, "3:20"), (3600, "1:00:00"), (3725, "1:02:05")],
    ids=str,
)
def test_clock(seconds, text):
    assert time_estimate.clock(seconds) == text


def test_rows_and_text_have_all_parts_and_their_sum():
    time = RunTime(1.0, 2.0, 3.0, 4.0, 50.0)
    rows = {row["part"]: row["time"] for row in time.rows()}
    assert rows["in all"] == "1:00" and list(rows)[:-1] == list(RunTime._fields)
    assert time.as_text().startswith("1:00 in all") and "export 0:50" in time.as_text()
