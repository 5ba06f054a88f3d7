"""Jobs that must fail: how each is spoilt, and what the first line of its failure file names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Callable, NamedTuple

import plain_records

from helpers.annotations import label_map_file
from helpers.pipeline_config import pipeline
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import framing
from helpers.workspace import CONTAINER_CHANNEL, CONTAINER_CHECKPOINT


class Case(NamedTuple):
    """One job.

    Attributes:
        message: a pattern of the first line.
        spoil: takes the job's ``/opt/ml``; ``None`` leaves its inputs as they should be.
        hyperparameters: the text of ``hyperparameters.json``.
    """

    message: str
    spoil: Callable[[Path], object] = None
    hyperparameters: str = "{}"


def training(base: Path) -> Path:
    """The training channel."""
    return base / "input" / "data" / "training"


def wish(message: str, spoil=None, **hyperparameters) -> Case:
    """A job with these hyperparameters."""
    return Case(message, spoil, json.dumps(hyperparameters))


def removed(name: str) -> Callable[[Path], object]:
    """A file of the training channel is not there."""
    return lambda base: [path.unlink() for path in training(base).glob(name)]


def written(name: str, content: bytes) -> Callable[[Path], object]:
    """Files of the training channel hold something else."""
    return lambda base: [path.write_bytes(content) for path in training(base).glob(name)]


def configured(change: Callable) -> Callable[[Path], object]:
    """``pipeline.config`` is another one."""

    def spoil(base: Path) -> None:
        path = training(base) / "pipeline.config"
        config = pipeline.read(path)
        change(config)
        pipeline.write(config, path)

    return spoil


def fine_tuned(base: Path) -> None:
    """Training is to start from a checkpoint."""

    def change(config) -> None:
        config.train_config.fine_tune_checkpoint = f"{CONTAINER_CHECKPOINT}/model.ckpt"

    configured(change)(base)


def checkpoint(base: Path, folder: Path, variables: dict) -> None:
    """Writes a checkpoint of these variables."""
    import tensorflow as tf

    folder.mkdir(parents=True, exist_ok=True)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        for name, shape in variables.items():
            tf.compat.v1.get_variable(name, shape)
        session.run(tf.compat.v1.global_variables_initializer())
        tf.compat.v1.train.Saver().save(session, str(folder / "model.ckpt"), 7)
    for path in sorted(folder.glob("model.ckpt-7.*")):
        path.rename(folder / path.name.replace("-7", "", 1))


def channel_checkpoint(base: Path) -> Path:
    """The folder of the checkpoint channel."""
    return (base / "input" / "data" / "checkpoint").resolve()


def another_network(base: Path) -> None:
    """The checkpoint to start from is of another model."""
    fine_tuned(base)
    checkpoint(base, channel_checkpoint(base), {"resnet/weights": [3, 3], "logits/biases": [5]})


def cut_checkpoint(base: Path) -> None:
    """The checkpoint to start from is not all there."""
    another_network(base)
    for path in channel_checkpoint(base).glob("model.ckpt.data*"):
        path.write_bytes(path.read_bytes()[:10])


def earlier_model(base: Path) -> None:
    """The job left checkpoints of another model before."""
    folder = base / "checkpoints"
    checkpoint(base, folder, {"global_step": [], "other/weights": [2, 2]})
    for path in sorted(folder.glob("model.ckpt.*")):
        path.rename(folder / path.name.replace("model.ckpt", "model.ckpt-2", 1))


def more_classes(base: Path) -> None:
    """The label map is another data set's."""
    label_map_file.write(
        LabelMap.of(["apple", "banana", "donut", "pear"]), training(base) / "label_map.pbtxt"
    )


def cut_record(base: Path) -> None:
    """A record file was not copied to its end."""
    path = training(base) / "eval.record-00000-of-00002"
    path.write_bytes(path.read_bytes()[:100])


def record_of(**features) -> Callable[[Path], object]:
    """A record file holds one record, made wrongly."""

    def spoil(base: Path) -> None:
        plain_records.write(
            training(base) / "train.record-00001-of-00002", plain_records.example(**features)
        )

    return spoil


def other_bytes(base: Path) -> None:
    """A record file holds records of something else."""
    with open(str(training(base) / "train.record-00001-of-00002"), "wb") as stream:
        framing.write_frames(stream, [b"no example"])


def resources(content: str) -> Callable[[Path], object]:
    """``resourceconfig.json`` is another one."""
    return lambda base: (base / "input/config/resourceconfig.json").write_text(content)


def _no_optimizer(config) -> None:
    config.train_config.ClearField("optimizer")


def _other_files(config) -> None:
    config.train_input_reader.tf_record_input_reader.input_path[:] = [
        f"{CONTAINER_CHANNEL.folder}/other.record"
    ]


def _any_size(config) -> None:
    config.model.ssd.image_resizer.keep_aspect_ratio_resizer.max_dimension = 300


def _unknown_network(config) -> None:
    config.model.ssd.feature_extractor.type = "ssd_mobilenet_v9"


CASES = {
    "label map": Case("label_map.pbtxt: no such", removed("label_map.pbtxt")),
    "label map from 0": Case(
        "label_map.pbtxt: .* id 0,", written("label_map.pbtxt", b'item { name: "apple" id: 0 }')
    ),
    "classes": Case("num_classes: 3, expected 4", more_classes),
    "no config": Case("pipeline.config: .*no such", removed("pipeline.config")),
    "config": Case("pipeline.config: .* parse ", written("pipeline.config", b"model {")),
    "network": Case("pipeline.config: .* ssd_mobilenet_v9", configured(_unknown_network)),
    "optimizer": Case("pipeline.config: .* optimizer ", configured(_no_optimizer)),
    "no fixed size": wish("fixed_shape_resizer", configured(_any_size), quantize="True"),
    "other files": Case("input_path", configured(_other_files)),
    "no records": Case("train.record: no such", removed("train.record*")),
    "no eval": Case("eval.record: no such", removed("eval.record*")),
    "shard": Case(
        "train.record: .* train.record-00000-of-00002", removed("train.record-00001-of-00002")
    ),
    "cut": Case("eval.record-00000-of-00002: .* byte 0", cut_record),
    "empty": Case("train.record-00000-of-00002: .*no image", written("train.record*", b"")),
    "other bytes": Case("train.record-00001-of-00002: .* tf.train.Example", other_bytes),
    "image": Case(
        "train.record-00001-of-00002, a.jpg: .*no image", record_of(encoded=[b"no image"])
    ),
    "class": Case("'pear'.* label map", record_of(ids=[1], texts=[b"pear"])),
    "box": Case(
        r"beyond 0\.\.1", record_of(ids=[1], texts=[b"apple"], **{"object/bbox/xmax": [1.5]})
    ),
    "no checkpoint": Case("model.ckpt.index: .*no checkpoint", fine_tuned),
    "cut checkpoint": Case("model.ckpt: .*be read", cut_checkpoint),
    "another network": Case("model.ckpt: .*another network", another_network),
    "earlier model": Case("model.ckpt-2: .*another model", earlier_model),
    "unknown": wish("mean num_steps", num_step="4"),
    "not a number": wish("batch_size='many'", batch_size="many"),
    "steps": wish("num_steps='0'", num_steps="0"),
    "inference type": wish("inference_type='UINT7'", inference_type="UINT7"),
    "precision": wish("precision='half'", precision="half"),
    "size": wish("image_size 300x300", quantize="True", image_size="300"),
    "quantized twice": wish(
        "post_training: found 'int8' with inference_type QUANT",
        quantize="True",
        inference_type="QUANTIZED_UINT8",
        post_training="int8",
    ),
    "json": Case("hyperparameters.json: .*broken", hyperparameters="{broken"),
    "list": Case("hyperparameters.json: .* list", hyperparameters='["num_steps"]'),
    "hosts": Case(
        "resourceconfig.json: .*'algo-3'",
        resources(json.dumps({"current_host": "algo-3", "hosts": ["algo-1", "algo-2"]})),
    ),
    "GPU": Case(
        "ml.g4dn.xlarge: .*GPU",
        resources(
            json.dumps(
                {
                    "current_host": "algo-1",
                    "hosts": ["algo-1"],
                    "current_instance_type": "ml.g4dn.xlarge",
                }
            )
        ),
    ),
    "export": wish("no checkpoint .*export", mode="export"),
    "evaluate": wish("no checkpoint .*evaluate", mode="evaluate"),
    "NaN": wish("loss is .* step ", learning_rate="1e30", num_steps="6"),
}
QUICK = (
    "label map",
    "config",
    "classes",
    "no records",
    "cut",
    "empty",
    "no checkpoint",
    "unknown",
    "json",
    "list",
    "size",
    "quantized twice",
    "export",
)  # tried here, the others in the image
