"""From the command line to what is watched."""

import argparse
import json

import pytest

from detection.errors import UsageError
from detection.structures import Zone
from detection.watch.opening import check, plan_of
from detection.watch.plan import Action, WatchPlan


@pytest.fixture()
def watch_file(tmp_path):
    path = tmp_path / "watch.json"
    zone = {"name": "lawn", "polygon": [[0, 0], [1, 0], [1, 1]]}
    path.write_text(json.dumps({"zones": [zone]}))
    return path


def options(**given):
    plain = {"watch": None, "track": False, "on": []}
    actions = {"on_frames": 1, "on_cooldown": 2.0, "on_timeout": 3.0}
    return argparse.Namespace(**{**plain, **actions, **given})


def test_plans(watch_file):
    zones = (Zone("lawn", ((0, 0), (1, 0), (1, 1))),)
    assert plan_of(options(), ["cat"]) == WatchPlan()
    assert plan_of(options(track=True), ["cat"]) == WatchPlan(track=True)
    assert plan_of(options(watch=watch_file), ["cat"]) == WatchPlan(zones=zones)


def test_actions_of_the_command_line_come_after_those_of_the_file(tmp_path):
    path = tmp_path / "watch.json"
    path.write_text('{"actions": [{"class": "dog", "command": "false"}]}')
    plan = plan_of(options(watch=path, on=[["cat", "true"]]), ["cat", "dog"])
    assert plan.actions == (Action("dog", "false"), Action("cat", "true", None, 1, 2.0, 3.0))


def test_an_action_for_a_class_that_the_model_lacks():
    with pytest.raises(UsageError) as refused:
        plan_of(options(on=[["cta", "true"]]), ["dog", "cat"])
    assert '"cat"' in str(refused.value)


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
