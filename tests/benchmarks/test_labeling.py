"""How many actions of mouse and keys a photo takes with a model's drafts, and without.

Photos of the eval split, which the model has not been trained on. ``BENCH_WORK`` names a work
folder where ``make demo`` has been run on the raccoon photos; otherwise that is done first.
"""

import os
import shutil
from collections import Counter

import pytest
from labeling_actions import ENTER, MOUSE, actions

from helpers.annotations import csv_table
from helpers.inference.drafts import without_drafts
from helpers.steps import demo
from helpers.steps.prelabel import PrelabelOptions, prelabel
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import DatasetFolders
from helpers.workspace import Workspace

THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
NO_DRAFTS = LabeledBoxes.from_rows([])


@pytest.fixture(scope="module")
def work(raccoon, tmp_path_factory):
    """A work folder with a model trained on the train split of the raccoon photos."""
    if os.environ.get("BENCH_WORK"):
        return Workspace.at(os.environ["BENCH_WORK"])
    work = Workspace.at(tmp_path_factory.mktemp("labeling"))
    folders = str(raccoon / "images"), str(raccoon / "annotations")
    demo.run(work, demo.DemoOptions(*folders, bundle=work.root / "bundle"))
    return work


@pytest.fixture(scope="module")
def truth(work):
    """The objects on each photo of the eval split."""
    records = csv_table.read(work.channel.table("eval"))
    return {record.path: record.objects for record in records}


@pytest.fixture(scope="module")
def drafts(work, truth, raccoon, tmp_path_factory):
    """``drafts(threshold)``: of each photo, the least certain first."""
    folder = tmp_path_factory.mktemp("unannotated")
    (folder / "img").mkdir()
    for path in truth:
        shutil.copy(str(raccoon / "images" / path), str(folder / "img"))
    folders = DatasetFolders(folder / "xml", folder / "img")

    def make(threshold):
        made = prelabel(work.graph, folders, folder / "drafts", PrelabelOptions(threshold))
        assert len(made.drafts) == len(truth)
        assert all(not len(without_drafts(one.record).objects) for one in made.drafts)
        return {draft.record.path: draft.record.objects for draft in made.drafts}

    return make


def counted(photos):
    """Of pairs of drafts and truth: the actions of each photo."""
    counts, last = [], None
    for drafted, objects in photos:
        count, last = actions(drafted, objects, last)
        counts.append(count)
    return counts


def summary(name, counts):
    total, photos = sum(counts, Counter()), len(counts)
    mouse = sum(total[kind] for kind in MOUSE)
    only_enter = sum(set(count) == {ENTER} for count in counts)
    kinds = ", ".join(f"{total[kind]} {kind}" for kind in MOUSE)
    print(
        f"  {name:<16} {sum(total.values()) / photos:5.2f} actions a photo, {mouse / photos:.2f} "
        f"with the mouse ({kinds}); {only_enter} of {photos} photos with Enter alone"
    )
    return mouse / photos


def test_actions_with_drafts_and_without(truth, drafts):
    print(f"\n{len(truth)} photos, {sum(map(len, truth.values()))} objects")
    without = summary("without drafts", counted((NO_DRAFTS, one) for one in truth.values()))
    with_drafts = {}
    for threshold in THRESHOLDS:
        made = drafts(threshold)
        counts = counted((made[path], truth[path]) for path in made)
        with_drafts[threshold] = summary(f"from {threshold}", counts)
        if threshold == PrelabelOptions().threshold:
            half = len(counts) // 2
            summary("  less certain", counts[:half])
            summary("  more certain", counts[half:])
    assert with_drafts[PrelabelOptions().threshold] < without
