"""The folder of an exported model: its file names, its input, its backends."""

import pytest
import tiny_model
import two_stage_model

from helpers.inference import model_folder
from helpers.inference.model_folder import ModelFolder
from helpers.pipeline_config import pipeline
from helpers.structures.errors import BadInput, MissingPart


def test_the_input_is_described_for_the_device():
    assert model_folder.input_spec(tiny_model.config(size=(128, 96))) == {
        "width": 128,
        "height": 96,
        "mean": 127.5,
        "std": 127.5,
        "resize": "bilinear-half-pixel-centers",
    }


def test_two_stages_take_raw_pixels():
    spec = model_folder.input_spec(two_stage_model.config(size=(320, 256)))
    assert (spec["width"], spec["height"], spec["mean"], spec["std"]) == (320, 256, 0, 1)


@pytest.mark.parametrize(
    "names, backends",
    [
        pytest.param([], ["tensorflow", "opencv"], id="without TFLite"),
        pytest.param(["detect.tflite"], ["tensorflow", "opencv", "tflite"], id="with TFLite"),
        pytest.param(["detect_float.tflite"], ["tensorflow", "opencv"], id="float only"),
    ],
)
def test_the_backends_are_those_whose_files_are_there(tmp_path, names, backends):
    for name in names:
        (tmp_path / name).write_bytes(b"")
    assert ModelFolder.at(str(tmp_path)).backends() == backends


def test_every_file_lies_in_the_folder(tmp_path):
    model = ModelFolder.at(tmp_path)
    paths = [
        model.frozen_graph,
        model.text_graph,
        model.tflite,
        model.tflite_float,
        model.label_map,
        model.labels,
        model.config,
        model.hyperparameters,
        model.report,
    ]
    assert {path.parent for path in paths} == {tmp_path}
    assert len({path.name for path in paths}) == len(paths)


def test_the_input_size_is_that_of_the_config(tmp_path):
    model = ModelFolder.at(tmp_path)
    with pytest.raises(MissingPart, match="pipeline.config"):
        model.input_size()
    pipeline.write(tiny_model.config(size=(128, 96)), model.config)
    assert model.input_size() == (128, 96)


@pytest.mark.parametrize("content", [b"", b"damaged"], ids=["empty", "damaged"])
def test_a_graph_without_a_detector_is_refused(tmp_path, content):
    pytest.importorskip("tensorflow")
    (tmp_path / "frozen.pb").write_bytes(content)
    with pytest.raises(BadInput, match="frozen.pb"):
        model_folder.load_frozen_graph(tmp_path / "frozen.pb")
