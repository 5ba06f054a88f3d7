"""The steps on a work folder, for tests: each finds its paths in the folder, as notebooks do."""

from __future__ import annotations

from pathlib import Path

from helpers.annotations import csv_table
from helpers.steps import configure_pipeline as configuring
from helpers.steps.configure_pipeline import PipelineOptions, configure_pipeline
from helpers.steps.import_annotations import import_annotations as import_step
from helpers.steps.make_bundle import bundle_data, make_bundle
from helpers.steps.map_labels import map_labels as map_step
from helpers.steps.preflight import run_preflight
from helpers.steps.resolve_dataset import resolve_dataset as resolve_step
from helpers.steps.split_dataset import SplitOptions
from helpers.steps.split_dataset import split_dataset as split_step
from helpers.steps.train import plan_training
from helpers.steps.train import train as train_step
from helpers.steps.validate_dataset import DatasetSource, ValidationOptions, validate_dataset
from helpers.steps.write_tfrecords import INPUT_SIZE, TfrecordOptions, longest_edge_for
from helpers.steps.write_tfrecords import write_tfrecords as write_step
from helpers.workspace import SPLITS


def resolve_dataset(work, images="", annotations="", count=0):
    """The folders of the data set: ``(annotations, images)``."""
    return resolve_step(images, annotations, work.data, count)


def import_annotations(work, annotations, images, fix=False, policy="fail", image_size=300):
    """Reads, checks and writes ``data.csv``; returns the data set and what was found about it."""
    source = DatasetSource(annotations, images, cache=work.cache)
    validation = validate_dataset(source, ValidationOptions(image_size), work.findings)
    dataset = import_step(validation, work.table, fix, policy)
    folders = {"images": images, "annotations": annotations}
    work.remember(**{name: str(Path(folder).resolve()) for name, folder in folders.items()})
    return dataset, validation


def split_dataset(work, fraction=0.8, **options):
    """Writes the tables of the splits; returns the split."""
    images = work.state().get("images")
    result = split_step(
        work.table,
        work.training,
        SplitOptions(fraction, **options),
        images if images and Path(images).is_dir() else None,
        work.cache,
    )
    return result.splits[0]


def map_labels(work, reset=False):
    """Writes the label map; returns it."""
    return map_step(work.table, work.label_map, reset=reset).label_map


def fitting(work, split, shards):
    """At most as many shards as the split has images."""
    return shards and min(shards, len(csv_table.read(work.channel.table(split))))


def write_tfrecords(work, longest_edge=None, shards=None):
    """Writes the shards of train and eval; returns their paths."""
    if longest_edge is None:
        longest_edge = longest_edge_for(work.config) if work.config.is_file() else 2 * INPUT_SIZE
    images = work.recall("images", "notebook 01_annotate_inspect")
    return [
        path
        for name in SPLITS
        for path in write_step(
            work.channel.table(name),
            work.label_map,
            images,
            work.channel.record(name),
            TfrecordOptions(longest_edge, fitting(work, name, shards), cache=work.cache),
        ).paths
    ]


def configure_pipeline_for(work, template, num_steps, **options):
    """Writes ``pipeline.config``, fine-tuning when there is a checkpoint; returns the result."""
    return configure_pipeline(
        template,
        work.label_map,
        work.config,
        PipelineOptions(num_steps, **options),
        configuring.checkpoint_in(work.checkpoint),
    )


def preflight(work):
    """What the trainer will find."""
    return run_preflight(work.training, work.checkpoint).checked


def train(work, hyperparameters, name=""):
    """Trains and remembers the job; returns what it left."""
    model = train_step(plan_training(work, hyperparameters, name), work.graph)
    work.remember(**model.state())
    return model.job


def bundle_of(work, out):
    """Makes the Pi bundle of the model in use; returns its folder."""
    return make_bundle(work.graph, out, work.state(), bundle_data(work)).folder
