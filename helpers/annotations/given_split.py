"""The division into train, eval and test that a data set comes with.

Folders and files that are named for a split say so, whoever made them: ``images/train``,
Roboflow's ``valid/``, COCO's ``val2017``, the tutorials' ``test_labels.csv``. A record keeps its
split in ``extra[SPLIT]``, and the tidy table has it in a column of that name.
"""

from __future__ import annotations

import functools
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Dict, List, Mapping, Sequence, Union

from helpers.structures.dataset import ImageRecord

SPLIT = "split"
SPLIT_NAMES = TRAIN, EVAL, TEST = "train", "eval", "test"
_WORDS = {
    TRAIN: "train(?:ing)?",
    EVAL: "val(?:id(?:ation)?)?|eval(?:uation)?|dev",
    TEST: "test(?:ing)?",
}
_AROUND = "images?|imgs?|photos?|labels?|annotations?|instances|data|set|split"
_NAMED = {
    split: re.compile(
        rf"(?:(?:{_AROUND})[ ._-]*)*(?:{words})(?:[ ._-]*(?:{_AROUND}|coco|voc|yolo|\d{{4}}))*",
        re.I,
    )
    for split, words in _WORDS.items()
}


@functools.lru_cache(maxsize=10_000)
def split_named(name: str) -> str:
    """The split that the name of a folder, or of a file without suffix, says; else empty."""
    return next((split for split, named in _NAMED.items() if named.fullmatch(name)), "")


def of_folders(folder: str) -> str:
    """The split that the last folder so named in a path of folders says; else empty."""
    return next(filter(None, map(split_named, reversed(folder.split("/")))), "")


def of_sources(
    records: Sequence[ImageRecord], sources: Mapping[str, Union[str, Path]]
) -> List[ImageRecord]:
    """Records with the split that the name or the folder of their annotation file says.

    What a record says of itself stays. A file that is named as its image, such as ``test.xml``
    about ``test.jpg``, says nothing by its own name.

    Args:
        records: of one data set.
        sources: the annotation file of each image, by path.
    """
    places = {image: os.path.split(str(source)) for image, source in sources.items()}
    folders = {folder for folder, _ in places.values()}
    root = os.path.commonpath(sorted(folders)) if folders else ""
    of_folder = {folder: of_folders(folder[len(root) :].replace(os.sep, "/")) for folder in folders}
    splits = {
        image: _of_stem(image, name) or of_folder[folder]
        for image, (folder, name) in places.items()
    }
    if not in_use({path: split for path, split in splits.items() if split}):
        return list(records)
    return [
        replace(record, extra={**record.extra, SPLIT: splits[record.path]})
        if splits.get(record.path) and not record.extra.get(SPLIT)
        else record
        for record in records
    ]


def _of_stem(image: str, name: str) -> str:
    stem = name.partition(".")[0]
    return "" if image.rpartition("/")[2].startswith(f"{stem}.") else split_named(stem)


def without_splits(path: str) -> str:
    """A path without the folders that are named for a split."""
    *folders, name = path.split("/")
    return "/".join([*(folder for folder in folders if not split_named(folder)), name])


def given(records: Sequence[ImageRecord]) -> Dict[str, str]:
    """The split of each image that has one, by path; empty unless they divide the data set.

    What a table or a list says goes before the names of folders. Where nothing is there to
    validate on, the test images are that, as in the tutorials.
    """
    splits = {record.path: _of(record) for record in records}
    return in_use({path: split for path, split in splits.items() if split})


def in_use(splits: Mapping[str, str]) -> Dict[str, str]:
    """These splits, as training uses them; empty when they do not divide anything."""
    names = set(splits.values())
    if TRAIN not in names or len(names) < 2:
        return {}
    if EVAL in names:
        return dict(splits)
    return {path: EVAL if split == TEST else split for path, split in splits.items()}


def _of(record: ImageRecord) -> str:
    text = str(record.extra.get(SPLIT, "")).strip()
    return split_named(text) or of_folders(record.path.rpartition("/")[0])
