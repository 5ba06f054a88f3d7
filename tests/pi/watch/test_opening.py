"""From the command line to what is watched."""

import argparse
import json

import pytest

from detection.structures import Zone
from detection.watch.opening import check, plan_of
from detection.watch.plan import WatchPlan


@pytest.fixture()
def watch_file(tmp_path):
    path = tmp_path / "watch.json"
    zone = {"name": "lawn", "polygon": [[0, 0], [1, 0], [1, 1]]}
    path.write_text(json.dumps({"zones": [zone]}))
    return path


def options(**given):
    return argparse.Namespace(**{"watch": None, "track": False, **given})


def test_plans(watch_file):
    zones = (Zone("lawn", ((0, 0), (1, 0), (1, 1))),)
    assert plan_of(options(), ["cat"]) == WatchPlan()
    assert plan_of(options(track=True), ["cat"]) == WatchPlan(track=True)
    assert plan_of(options(watch=watch_file), ["cat"]) == WatchPlan(zones=zones)


def test_what_is_fine_is_said(random_model, watch_file, capsys):
    assert check(options(model=random_model)) == 0
    assert check(options(model=random_model, watch=watch_file)) == 0
    assert "1 zones" in capsys.readouterr().out


def test_each_mistake_is_a_line(run_detect, random_model, tmp_path):
    (tmp_path / "watch.json").write_text('{"trak": true, "lost_after": -1, "min_size": 3}')
    ran = run_detect("--check", "--model", random_model, "--watch", "watch.json")
    assert (ran.returncode, ran.stderr) == (1, "")
    paths = [text.split()[1].strip(":") for text in ran.stdout.splitlines()[1:]]
    assert sorted(paths) == ["lost_after", "min_size", "trak"]
