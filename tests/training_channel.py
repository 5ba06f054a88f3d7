"""A training channel with a config, a label map and records that fit together."""

from google.protobuf import text_format
from plain_records import example
from plain_records import write as write_records

from helpers.annotations import label_map_file
from helpers.pipeline_config import adaptation, pipeline
from helpers.pipeline_config.adaptation import ConfigOptions
from helpers.pipeline_config.channel_facts import ChannelFacts
from helpers.structures.label_map import LabelMap

LABELS = LabelMap.of(["cat", "dog"])
SHARDS = ["train.record-00000-of-00002", "train.record-00001-of-00002"]
CAT, DOG = example([1], [b"cat"]), example([2], [b"dog"])


def write(folder, checkpoint="", **options):
    """Writes the channel, six images to train on and one to evaluate on; returns the folder.

    Args:
        folder: an existing folder.
        checkpoint: the name of a checkpoint to start from.
        options: further ones of :class:`ConfigOptions`.
    """
    label_map_file.write(LABELS, folder / "label_map.pbtxt")
    for name in SHARDS:
        write_records(folder / name, CAT, DOG, CAT)
    write_records(folder / "eval.record", DOG)
    facts = ChannelFacts(SHARDS, ["eval.record"], 1)
    config = adaptation.adapt(
        pipeline.read("small_ssd"), LABELS, ConfigOptions(checkpoint=checkpoint, **options), facts
    )
    pipeline.write(config, folder / "pipeline.config")
    return folder


def change_config(folder, changes):
    """Merges ``changes``, text of the same proto, into the channel's config."""
    config = text_format.Merge(changes, pipeline.read(folder / "pipeline.config"))
    pipeline.write(config, folder / "pipeline.config")
