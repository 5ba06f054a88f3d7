"""Which checkpoint counts, and what lies near it."""

import json

import pytest
import tiny_model

from helpers.inference import checkpoint_files
from helpers.structures.errors import BadInput, MissingPart
from helpers.structures.label_map import LabelMap


def lay_out(folder, names):
    """Empty files, ``export.json`` naming the checkpoint of step 30."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        exported = {"checkpoint": {"name": "model.ckpt-30", "step": 30}}
        path.write_text(json.dumps(exported) if path.name == "export.json" else "")


GRAPH = ["model/graph/export.json", "model/graph/pipeline.config", "model/graph/label_map.pbtxt"]


@pytest.mark.parametrize(
    "names, path, prefix, config",
    [
        pytest.param(
            [*GRAPH, "model/best/model.ckpt-30.index", "model/model.ckpt-40.index"],
            ".",
            "model/best/model.ckpt-30",
            "model/graph/pipeline.config",
            id="job: the exported one",
        ),
        pytest.param(
            ["checkpoints/model.ckpt-9.index", "checkpoints/model.ckpt-10.index"]
            + ["output/data/pipeline.config"],
            ".",
            "checkpoints/model.ckpt-10",
            "output/data/pipeline.config",
            id="job without an export: the newest",
        ),
        pytest.param(
            [*GRAPH, "checkpoints/model.ckpt-9.index", "checkpoints/model.ckpt-10.index"],
            "checkpoints/model.ckpt-9",
            "checkpoints/model.ckpt-9",
            "model/graph/pipeline.config",
            id="a prefix in a job",
        ),
        pytest.param(
            ["model.ckpt.index", "pipeline.config"],
            "model.ckpt",
            "model.ckpt",
            "pipeline.config",
            id="a prefix of the model zoo",
        ),
        pytest.param(
            ["model.ckpt.index", "pipeline.config"],
            ".",
            "model.ckpt",
            "pipeline.config",
            id="a folder of the model zoo",
        ),
    ],
)
def test_which_checkpoint_and_config(tmp_path, names, path, prefix, config):
    lay_out(tmp_path, names)
    found = checkpoint_files.find(tmp_path / path)
    assert found.prefix.resolve() == (tmp_path / prefix).resolve()
    assert found.config == tmp_path / config
    has_label_map = "model/graph/label_map.pbtxt" in names
    assert found.label_map == (tmp_path / GRAPH[2] if has_label_map else None)


@pytest.mark.parametrize(
    "names, path, named",
    [
        pytest.param([], "nowhere", "nowhere: no model", id="nothing"),
        pytest.param(["model.ckpt.index"], "model.ckpt", "no pipeline.config", id="no config"),
    ],
)
def test_what_is_missing_is_named(tmp_path, names, path, named):
    lay_out(tmp_path / "a" / "b" / "c", names)
    with pytest.raises(MissingPart, match=named):
        checkpoint_files.find(tmp_path / "a" / "b" / "c" / path)


def test_another_number_of_classes_is_refused(tmp_path):
    lay_out(tmp_path, ["model.ckpt.index", "pipeline.config"])
    found, config = checkpoint_files.find(tmp_path), tiny_model.config()
    checkpoint_files.require_classes(found, config, tiny_model.LABELS)
    with pytest.raises(BadInput, match="pipeline.config: .*num_classes: 9.*expected 1"):
        checkpoint_files.require_classes(found, config, LabelMap.of(["cat"]))
