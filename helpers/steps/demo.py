"""All steps in a row on this machine, ending in images from ``pi/detect.py``."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Mapping

from helpers.pipeline_config import recipe_values
from helpers.pipeline_config.export_options import FLOAT_INFERENCE
from helpers.steps.choose_recipe import AUTO, ModelStart, choose_image_size, choose_recipe
from helpers.steps.configure_pipeline import configure_pipeline, input_size
from helpers.steps.detect_on_eval import DetectedImages, detect_on_eval
from helpers.steps.diagnose import diagnose_model
from helpers.steps.estimate_time import fit_to_minutes
from helpers.steps.evaluate_model import evaluate_model
from helpers.steps.import_annotations import DROP, import_annotations
from helpers.steps.inspect_tfrecords import inspect_tfrecords
from helpers.steps.make_bundle import BundleOptions, bundle_data, make_bundle
from helpers.steps.map_labels import map_labels
from helpers.steps.preflight import run_preflight
from helpers.steps.resolve_dataset import resolve_dataset
from helpers.steps.split_dataset import SplitOptions, split_dataset
from helpers.steps.start_from_last import choose_start, remap_classes
from helpers.steps.train import plan_training, planned_hyperparameters, train
from helpers.steps.training_curves import read_curves
from helpers.steps.validate_dataset import DatasetSource, ValidationOptions, validate_dataset
from helpers.steps.watch_training import watch
from helpers.steps.write_tfrecords import TfrecordOptions, longest_edge_for, write_splits
from helpers.structures.dataset import DatasetFolders
from helpers.structures.findings import as_text
from helpers.workspace import BUNDLE, Workspace

SHOWN = 5  # findings


@dataclass(frozen=True)
class DemoOptions:
    """What the demo runs on.

    Attributes:
        images: one's own photos; empty means the built-in sample.
        annotations: their annotations.
        recipe: ``auto``, a template's name, or a ``pipeline.config``.
        start: what to start from: empty for what the recipe starts from, ``last`` for the work
            folder's last model, or a job's name or folder.
        values: in the place of lines of the recipe's table, as for ``choose_recipe``.
        policy: for annotations with errors: ``fail``, or ``drop`` what has not one right answer
            and fix the rest.
        bundle: the Pi bundle to make.
        inference_type: of the TensorFlow Lite model, ``FLOAT`` or ``QUANTIZED_UINT8``.
        attribute: as of ``DatasetSource``, like ``layout`` and ``columns``.
        layout: of the lines of YOLO text.
        columns: what the columns of a table hold.
        group_by: which images share a split, as in ``SplitOptions``.
        resplit: split anew what comes divided, as in ``SplitOptions``.
        class_map: classes to rename, merge or leave out, as in ``DatasetSource``.
    """

    images: str = ""
    annotations: str = ""
    recipe: str = AUTO
    start: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    policy: str = DROP
    bundle: Path = BUNDLE
    inference_type: str = FLOAT_INFERENCE
    attribute: str = ""
    layout: str = ""
    columns: str = ""
    group_by: str = AUTO
    resplit: bool = False
    class_map: str = ""


def run(work: Workspace, options: DemoOptions) -> Path:
    """Takes photos through all six stages and prints what each one made.

    Args:
        work: the work folder.
        options: what it runs on.

    Returns:
        The folder with the images that ``pi/detect.py`` drew.

    Raises:
        HelpersError: a stage cannot go on; says why and what to do.
    """
    started = time.monotonic()
    recipe_values.parse(options.values)  # a slip is told before minutes of work
    folders = resolve_dataset(options.images, options.annotations, work.data)
    start = choose_start(work, options.recipe, options.start)
    images = _annotate(work, folders, start, options)
    _split(work, images, options)
    _records(work, images, start, options.values)
    _image()
    _train(work, options.inference_type)
    _watch(work)
    detected = _evaluate(work, images, options.bundle)
    print(f"\nDone in {(time.monotonic() - started) / 60:.1f} minutes. Look at:")
    print(detected.as_text())
    return detected.folder


def _heading(number: int, name: str) -> None:
    print(f"\n=== {number}/6 {name} ===", flush=True)


def _annotate(
    work: Workspace, folders: DatasetFolders, start: ModelStart, options: DemoOptions
) -> Path:
    _heading(1, "01_annotate_inspect")
    print(folders.as_text())
    validation = validate_dataset(
        DatasetSource(
            folders.annotations,
            folders.images,
            attribute=options.attribute,
            cache=work.cache,
            layout=options.layout,
            columns=options.columns,
            class_map=options.class_map,
        ),
        ValidationOptions(image_size=input_size(start.template)),
        work.findings,
    )
    fix = options.policy == DROP
    dataset = import_annotations(validation, work.table, fix, options.policy, work.changes)
    work.remember(images=str(folders.images), annotations=str(folders.annotations))
    print(dataset.as_text())
    if dataset.changes():
        print(dataset.changes_as_text())
    print(f"{len(validation.findings)} findings: see {work.findings}")
    for finding in validation.findings[:SHOWN]:
        print(f"  {as_text(finding)}")
    return folders.images


def _split(work: Workspace, images: Path, options: DemoOptions) -> None:
    _heading(2, "02_tfrecords")
    how = SplitOptions(group_by=options.group_by, resplit=options.resplit)
    split = split_dataset(work.table, work.training, how, images, work.cache)
    for text in (split.shares_as_text(), split.groups_as_text(), split.findings_as_text()):
        if text:
            print(text)


def _records(work: Workspace, images: Path, start: ModelStart, values: Mapping[str, Any]) -> None:
    labels = map_labels(work.table, work.label_map)
    prepared = remap_classes(start, work.channel, work.checkpoint)
    start = prepared.start
    work.remember(**start.state())
    table = work.channel.table("train")
    edge = longest_edge_for(start.template, choose_image_size(start, table, values))
    options = TfrecordOptions(edge, cache=work.cache)
    written = write_splits(work.channel, images, options)
    print(inspect_tfrecords(written.paths, labels.label_map).as_text())
    recipe = choose_recipe(start, table, values)
    config = configure_pipeline(
        start.template, work.label_map, work.config, recipe.options, start.checkpoint
    )
    planned = fit_to_minutes(work, recipe)
    print(prepared.as_text())
    print(planned.recipe.as_text())
    if planned.timed:
        print(planned.as_text())
    print(config.as_text())
    run_preflight(work.training, work.checkpoint)


def _image() -> None:
    _heading(3, "03_build_push")
    print("Not needed on this machine. The notebook shows the image and builds it with Docker.")


def _train(work: Workspace, inference_type: str) -> None:
    _heading(4, "04_train")
    hyperparameters = planned_hyperparameters(work, inference_type=inference_type)
    model = train(plan_training(work, hyperparameters), work.graph)
    work.remember(**model.state())
    print(model.as_text())


def _watch(work: Workspace) -> None:
    _heading(5, "05_tensorboard")
    watched = watch(work)
    curves = read_curves(watched.runs)
    print(watched.as_text())
    print(curves.as_text())
    print(curves.save(work.evaluation / "pictures" / "training.png"))
    print(curves.save_csv(work.evaluation / "tables" / "training.csv"))


def _evaluate(work: Workspace, images: Path, bundle: Path) -> DetectedImages:
    _heading(6, "06_evaluate")
    evaluation = evaluate_model(work.graph, work.channel.record("eval"), work.evaluation)
    diagnosis = diagnose_model(
        work.graph, work.channel, work.job_in_use(), evaluation.analysis().results
    )
    print(evaluation.as_text())
    print(diagnosis.as_text())
    print(f"All of it, in a page to open or send: {evaluation.write_report(diagnosis.rows())}")
    known = BundleOptions(
        evaluation.threshold, evaluation.analysis().results, diagnosis.weak_spots()
    )
    packed = make_bundle(work.graph, bundle, work.state(), bundle_data(work), known)
    return detect_on_eval(work.channel.table("eval"), images, packed.folder, work.evaluation)
