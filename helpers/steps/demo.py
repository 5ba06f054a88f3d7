"""The whole road at once: six stages on this machine, ending in images from ``pi/detect.py``."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

from helpers.annotations import csv_table
from helpers.splitting import split_report
from helpers.steps import dataset_steps, evaluate, training_steps
from helpers.structures.dataset import box_count, class_counts
from helpers.structures.errors import JobFailed
from helpers.structures.findings import as_text
from helpers.system import files
from helpers.tfrecords import inspection
from helpers.training import tensorboard
from helpers.ui import plots
from helpers.workspace import BUNDLE, DETECT, Workspace

RECIPE = "small_ssd"
STEPS = 1300
PHOTOS = 8
SHOWN = 5  # findings
THRESHOLD = 0.4  # a model of minutes is seldom as sure as the 0.6 that pi/detect.py asks for


def run(
    work: Workspace, images: str = "", annotations: str = "", steps: int = 0, bundle: Path = BUNDLE
) -> Path:
    """Walks through all six stages and prints what each one made.

    Args:
        work: the work folder.
        images: one's own photos; empty means the built-in sample.
        annotations: their LabelImg XML.
        steps: training steps; 0 is the demo's own number.
        bundle: the Pi bundle to make.

    Returns:
        The folder with the images that ``pi/detect.py`` drew.

    Raises:
        HelpersError: a stage cannot go on; says why and what to do.
    """
    started = time.monotonic()
    _annotate(work, images, annotations)
    _records(work, steps or STEPS)
    _image()
    _train(work, steps or STEPS)
    _watch(work)
    drawn = _evaluate(work, bundle)
    print(f"\nDone in {(time.monotonic() - started) / 60:.1f} minutes. ImageProbe at:")
    for path in sorted(drawn.iterdir()):
        print(f"  {path}")
    return drawn


def _heading(number: int, name: str) -> None:
    print(f"\n=== {number}/6 {name} ===", flush=True)


def _annotate(work: Workspace, images: str, annotations: str) -> None:
    _heading(1, "01_annotate_inspect")
    collected = dataset_steps.collect(work, *dataset_steps.own_or_sample(work, images, annotations))
    print(
        f"{len(collected.records)} images, {box_count(collected.records)} boxes: "
        f"{class_counts(collected.records)}"
    )
    print(f"{len(collected.findings)} findings: see {work.data / 'findings.json'}")
    for finding in collected.findings[:SHOWN]:
        print(f"  {as_text(finding)}")


def _records(work: Workspace, steps: int) -> None:
    _heading(2, "02_tfrecords")
    sides = dataset_steps.divide(work)
    label_map = dataset_steps.map_labels(work)
    paths = dataset_steps.write_records(work, dataset_steps.longest_side(work, RECIPE))
    print("\n".join(split_report.as_lines(sides.shares)))
    print("\n".join(inspection.as_text(inspection.inspect(paths, label_map))))
    print(dataset_steps.configure(work, RECIPE, steps))
    dataset_steps.agree(work)


def _image() -> None:
    _heading(3, "03_build_push")
    print("Not needed on this machine. The notebook shows the image and builds it with Docker.")


def _train(work: Workspace, steps: int) -> None:
    _heading(4, "04_train")
    finished = training_steps.train(work, {"num_steps": steps, "quantize": True})
    print("\n".join(finished.summary))
    print(f"log: {finished.log}")


def _watch(work: Workspace) -> None:
    _heading(5, "05_tensorboard")
    scalars = tensorboard.scalars(training_steps.job_events(work))
    print(
        plots.save(
            plots.curves(tensorboard.headline(scalars), "training"),
            work.evaluation / "pictures" / "training.png",
        )
    )


def _evaluate(work: Workspace, bundle: Path) -> Path:
    _heading(6, "06_evaluate")
    print(evaluate.as_text(evaluate.evaluate(work)))
    return detect_on_eval(work, training_steps.make_bundle(work, bundle))


def detect_on_eval(
    work: Workspace, bundle: Path, count: int = PHOTOS, threshold: float = THRESHOLD
) -> Path:
    """Copies some eval photos and runs ``pi/detect.py`` on them, as the device would.

    Args:
        work: the work folder.
        bundle: the Pi bundle.
        count: number of photos; those with objects come first.
        threshold: least score of a detection that is drawn.

    Returns:
        The folder of the annotated images.

    Raises:
        JobFailed: ``detect.py`` ended with an error; holds its message.
    """
    records = csv_table.read(work.channel.table("eval"))
    records.sort(key=lambda record: not len(record.objects))
    images = Path(work.recall("images", "notebook 01_annotate_inspect"))
    photos, drawn = work.evaluation / "photos", work.evaluation / "pi"
    for folder in (photos, drawn):
        shutil.rmtree(str(folder), ignore_errors=True)
    for record in records[:count]:
        files.copy(images / record.path, photos / "-".join(Path(record.path).parts))
    ended = subprocess.run(
        [
            sys.executable,
            str(DETECT),
            str(photos),
            str(drawn),
            "--model",
            str(bundle),
            "--threshold",
            str(threshold),
            "--headless",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    if ended.returncode:
        said = ended.stderr.strip() or f"exit {ended.returncode}"
        raise JobFailed(f"pi/detect.py: {said}")
    return drawn
