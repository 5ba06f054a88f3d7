"""Steps that end in the minutes there are: what is planned, and what the config then says."""

import pytest

from helpers.pipeline_config import pipeline
from helpers.pipeline_config.recipe import AS_GIVEN, Setting
from helpers.steps import estimate_time
from helpers.steps.choose_recipe import ChosenRecipe, ModelStart
from helpers.steps.configure_pipeline import PipelineOptions, configure_pipeline
from helpers.steps.estimate_time import LEAST_STEPS, fit_to_minutes
from helpers.training import local_job
from helpers.workspace import Workspace

START = ModelStart("ssd_mobilenet_v2_transfer", "model.ckpt", "fine-tunes", chosen=True)
WANTED = 500


@pytest.fixture
def work(tmp_path, three_labels):
    """A work folder with a label map, and a config of 500 steps."""
    from helpers.annotations import label_map_file

    work = Workspace.at(tmp_path)
    work.training.mkdir()
    label_map_file.write(three_labels, work.label_map)
    return work


def recipe_of(work, minutes, freeze="expanded_conv_5", reason="several classes"):
    options = PipelineOptions(num_steps=WANTED, freeze=freeze)
    configure_pipeline(START.template, work.label_map, work.config, options, START.checkpoint)
    settings = (Setting("STEPS", WANTED, "chosen"), Setting("FREEZE", freeze, reason))
    return ChosenRecipe(START, settings, options, minutes)


@pytest.fixture
def machine(monkeypatch):
    """A machine on which a job of n steps takes a minute and n times the seconds of a step.

    Attributes:
        step: seconds by the first frozen layer's name in the config.
    """
    seen = []

    def run_time(steps, seconds):
        return dict(start=20.0, features=0.0, steps=steps * seconds, evaluation=20.0, export=20.0)

    def time_steps(job):
        assert job.hyperparameters["mode"] == "time" and not job.folder.exists()
        config = pipeline.read(job.training / "pipeline.config")
        frozen = len(config.train_config.freeze_variables)
        steps, seconds = job.hyperparameters["num_steps"], 0.3 if frozen > 10 else 1.0
        seen.append((steps, frozen))
        fitting = max(0, min(steps, int((60 * job.hyperparameters["minutes"] - 60) / seconds)))
        return {
            "wanted": run_time(steps, seconds),
            "steps": fitting,
            "in_time": run_time(fitting, seconds),
        }

    monkeypatch.setattr(local_job, "time_steps", time_steps)
    return seen


@pytest.mark.parametrize(
    "minutes, steps, layer, seconds",
    [
        pytest.param(20, 500, "expanded_conv_5", 560, id="all end in time"),
        pytest.param(5, 240, "expanded_conv_5", 300, id="fewer steps"),
        pytest.param(3, 400, "expanded_conv_12", 180, id="more is frozen"),
        pytest.param(0.5, LEAST_STEPS, "expanded_conv_12", 75, id="not to be had"),
    ],
)
def test_steps_and_frozen_layers_follow_the_minutes(work, machine, minutes, steps, layer, seconds):
    planned = fit_to_minutes(work, recipe_of(work, minutes))
    options = planned.recipe.options
    assert (options.num_steps, options.freeze) == (steps, layer)
    assert planned.timed.total == pytest.approx(seconds)
    train = pipeline.read(work.config).train_config
    schedule = train.optimizer.adam_optimizer.learning_rate.cosine_decay_learning_rate
    assert train.num_steps == schedule.total_steps == steps
    assert train.freeze_variables[-1].split("/")[-2] == layer
    rows = {row["setting"]: row for row in planned.rows()}
    assert (rows["STEPS"]["value"], rows["FREEZE"]["value"]) == (steps, layer)
    assert ("not to be had" in rows["MINUTES"]["why"]) is (seconds > 60 * minutes)
    assert planned.as_text().startswith("expected by 10 timed steps")


def test_layers_that_were_given_stay(work, machine):
    planned = fit_to_minutes(work, recipe_of(work, 3, reason=AS_GIVEN))
    assert planned.recipe.options.freeze == "expanded_conv_5"
    assert planned.recipe.options.num_steps == 120 and len(machine) == 1


def test_without_minutes_nothing_is_timed(work, machine):
    recipe = recipe_of(work, 0)
    before = work.config.read_bytes()
    planned = fit_to_minutes(work, recipe)
    assert planned.recipe is recipe and planned.timed is None and not machine
    assert work.config.read_bytes() == before and "MINUTES" in planned.as_text()


def test_nothing_of_the_timing_stays(work, machine):
    recipe = recipe_of(work, 20)
    before = sorted(work.root.rglob("*"))
    estimate_time.fit_to_minutes(work, recipe)
    assert sorted(work.root.rglob("*")) == before
