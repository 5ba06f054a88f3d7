"""Which checkpoint training resumes from, which is the best, and which are kept."""

import json

import pytest
import tensorflow as tf
from checkpoint_files import WEIGHTS, save

from helpers.structures.errors import BadInput
from trainer import checkpoints
from trainer.best_checkpoint import METRICS, Evaluations


def metrics(value):
    return {tag: value for tag in METRICS.values()}


def test_none_in_a_new_folder(tmp_path):
    assert checkpoints.newest_readable(str(tmp_path / "none")) is None
    assert checkpoints.newest_readable(str(tmp_path)) is None


def test_newest_by_number_not_by_name(tmp_path):
    save(tmp_path, 9, 100, 20, keep=3)
    assert checkpoints.newest_readable(str(tmp_path)).endswith("model.ckpt-100")


DATA, INDEX = "model.ckpt-20.data-00000-of-00001", "model.ckpt-20.index"


@pytest.mark.parametrize(
    "name, kept", [(DATA, 1000), (DATA, 0), (DATA, None), (INDEX, 50), (INDEX, 0), (INDEX, None)]
)
def test_half_written_one_is_passed_over(tmp_path, name, kept):
    save(tmp_path, 10, 20)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).unlink()
    if kept is not None:
        (tmp_path / name).write_bytes(content[:kept])
    assert checkpoints.newest_readable(str(tmp_path)).endswith("model.ckpt-10")
    assert tf.train.latest_checkpoint(str(tmp_path)).endswith("model.ckpt-10")


def test_none_that_can_be_read_means_from_scratch(tmp_path):
    save(tmp_path, 10, 20)
    for path in tmp_path.glob("*.data-*"):
        path.write_bytes(path.read_bytes()[:1000])
    assert checkpoints.newest_readable(str(tmp_path)) is None
    assert tf.train.latest_checkpoint(str(tmp_path)) is None


def test_a_checkpoint_without_a_step_is_none_of_ours(tmp_path):
    save(tmp_path, 10)
    (tmp_path / "model.ckpt-best.index").write_bytes(b"")
    assert checkpoints.newest_readable(str(tmp_path)).endswith("model.ckpt-10")


def test_a_state_file_without_its_checkpoints_is_no_start(tmp_path):
    save(tmp_path, 10)
    for path in tmp_path.glob("model.ckpt-*"):
        path.unlink()
    assert checkpoints.newest_readable(str(tmp_path)) is None
    assert tf.train.get_checkpoint_state(str(tmp_path)) is None


def test_what_a_killed_process_was_writing_goes(tmp_path):
    save(tmp_path, 10)
    unfinished = tmp_path / "model.ckpt-20_temp_0123456789abcdef"
    unfinished.mkdir()
    (unfinished / "part-00000-of-00001.data-00000-of-00001").write_bytes(b"half")
    before = sorted(set(tmp_path.iterdir()) - {unfinished})
    checkpoints.tidy(str(tmp_path))
    assert sorted(tmp_path.iterdir()) == before
    checkpoints.tidy(str(tmp_path / "new"))
    assert (tmp_path / "new").is_dir()


def test_removes_one_and_goes_back_to_the_one_before(tmp_path):
    save(tmp_path, 10, 20)
    checkpoints.remove(str(tmp_path / "model.ckpt-20"))
    checkpoints.remove(str(tmp_path / "model.ckpt-30"))
    assert tf.train.latest_checkpoint(str(tmp_path)).endswith("model.ckpt-10")
    assert not list(tmp_path.glob("model.ckpt-20*"))


@pytest.mark.parametrize(
    "name, shape, fits",
    [("weights", [WEIGHTS], True), ("weights", [10], False), ("others", [WEIGHTS], False)],
    ids=["same model", "other shape", "other name"],
)
def test_a_checkpoint_of_another_model_is_refused(tmp_path, name, shape, fits):
    save(tmp_path, 10)
    with tf.Graph().as_default():
        variables = [tf.compat.v1.get_variable(name, shape)]
        if fits:
            checkpoints.check_fits(str(tmp_path / "model.ckpt-10"), variables)
        else:
            with pytest.raises(BadInput, match=f"model.ckpt-10: .*another model.*{name}"):
                checkpoints.check_fits(str(tmp_path / "model.ckpt-10"), variables)


@pytest.mark.parametrize(
    "other_variables, message",
    [
        pytest.param([], "model.ckpt-10: .*without quantization", id="same model"),
        pytest.param(["others"], "model.ckpt-10: .*another model", id="another model"),
    ],
)
def test_a_checkpoint_without_fake_quant_nodes_is_refused(tmp_path, other_variables, message):
    save(tmp_path, 10)
    with tf.Graph().as_default():
        variables = [
            tf.compat.v1.get_variable(name, [WEIGHTS])
            for name in ["weights", "conv/act_quant/max", *other_variables]
        ]
        with pytest.raises(BadInput, match=message):
            checkpoints.check_fits(str(tmp_path / "model.ckpt-10"), variables)


def test_ships_newest_best_and_events(tmp_path):
    folder, out = tmp_path / "checkpoints", tmp_path / "model"
    (folder / "eval_0").mkdir(parents=True)
    save(folder, 10, 20)
    (folder / "eval_0" / "events.out.tfevents.1.host").write_bytes(b"events")
    evaluations = Evaluations(str(folder))
    for step, value in ((10, 0.5), (20, 0.4)):
        save(folder, step)
        evaluations.add(str(folder / f"model.ckpt-{step}"), metrics(value))
        checkpoints.ship(str(folder), out)
    assert sorted(path.name for path in out.glob("*.index")) == ["model.ckpt-20.index"]
    assert sorted(path.name for path in out.glob("best/*.index")) == ["model.ckpt-10.index"]
    assert Evaluations(str(out)).checkpoint() == str(out / "best" / "model.ckpt-10")
    assert (out / "eval_0" / "events.out.tfevents.1.host").read_bytes() == b"events"
    assert tf.train.latest_checkpoint(str(out)) == str(out / "model.ckpt-20")


def test_ships_a_checkpoint_that_is_newest_and_best_once(tmp_path):
    folder, out = tmp_path / "checkpoints", tmp_path / "model"
    folder.mkdir()
    for step, value in ((10, 0.5), (20, 0.4), (30, 0.6)):
        save(folder, step)
        Evaluations(str(folder)).add(str(folder / f"model.ckpt-{step}"), metrics(value))
        checkpoints.ship(str(folder), out)
    assert [path.name for path in out.glob("**/*.data-*")] == ["model.ckpt-30.data-00000-of-00001"]
    assert [path.name for path in (out / "best").iterdir()] == ["best.json"]
    assert Evaluations(str(out)).checkpoint() == str(out / "model.ckpt-30")


def test_ships_both_where_a_step_was_trained_again(tmp_path):
    folder, out = tmp_path / "checkpoints", tmp_path / "model"
    folder.mkdir()
    save(folder, 10)
    Evaluations(str(folder)).add(str(folder / "model.ckpt-10"), metrics(0.5))
    save(folder, 10)  # other weights
    checkpoints.ship(str(folder), out)
    assert Evaluations(str(out)).checkpoint() == str(out / "best" / "model.ckpt-10")
    assert len(list(out.glob("**/*.data-*"))) == 2


def test_ships_what_was_never_evaluated(tmp_path):
    folder, out = tmp_path / "checkpoints", tmp_path / "model"
    folder.mkdir()
    save(folder, 10)
    checkpoints.ship(str(folder), out)
    assert tf.train.latest_checkpoint(str(out)) == str(out / "model.ckpt-10")
    assert not (out / "best").exists()


def test_nothing_trained_is_nothing_shipped(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    checkpoints.ship(str(tmp_path / "checkpoints"), tmp_path / "model")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize(
    "measured, best, since",
    [
        pytest.param([0.1], 1, 0, id="one evaluation"),
        pytest.param([0.1, 0.3, 0.2], 2, 1, id="best in the middle"),
        pytest.param([0.3, 0.3, 0.3], 1, 2, id="ties: the first"),
        pytest.param([-1.0, -1.0], 1, 1, id="mAP undefined"),
        pytest.param([0.5, 0.1, 0.2, 0.6], 4, 0, id="newest is best"),
    ],
)
def test_the_best_is_kept_and_remembered(tmp_path, measured, best, since):
    for step, value in enumerate(measured, start=1):
        save(tmp_path, step)
        Evaluations(str(tmp_path)).add(str(tmp_path / f"model.ckpt-{step}"), metrics(value))
    again = Evaluations(str(tmp_path))
    assert (again.best["step"], again.best["mAP"], again.since_best()) == (
        best,
        measured[best - 1],
        since,
    )
    assert [path.name for path in (tmp_path / "best").glob("*.index")] == [
        f"model.ckpt-{best}.index"
    ]
    assert again.checkpoint() == str(tmp_path / "best" / f"model.ckpt-{best}")
    kept = json.loads((tmp_path / "best" / "best.json").read_text())
    assert [evaluation["mAP"] for evaluation in kept["evaluations"]] == measured
    assert kept["best"]["step"] == best
    assert [again.is_over(patience) for patience in (0, 1, 2, 3)] == [False] + [
        since >= patience for patience in (1, 2, 3)
    ]


def test_an_evaluation_done_again_counts_once(tmp_path):
    save(tmp_path, 1)
    for value in (0.5, 0.4):
        Evaluations(str(tmp_path)).add(str(tmp_path / "model.ckpt-1"), metrics(value))
    assert Evaluations(str(tmp_path)).best["mAP"] == 0.4
    assert Evaluations(str(tmp_path)).since_best() == 0


def test_no_evaluation_is_no_best(tmp_path):
    none = Evaluations(str(tmp_path))
    assert none.best is None and none.checkpoint() is None and not none.is_over(1)


@pytest.mark.parametrize("content", ["{", "[]", "{}"], ids=["broken JSON", "list", "empty object"])
def test_a_broken_best_json_is_named(tmp_path, content):
    (tmp_path / "best").mkdir()
    (tmp_path / "best" / "best.json").write_text(content)
    with pytest.raises(BadInput, match="best.json: .*evaluations"):
        Evaluations(str(tmp_path))
