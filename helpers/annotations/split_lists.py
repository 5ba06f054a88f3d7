"""Lists that divide a data set: VOC's ``ImageSets/Main``, YOLO's ``train.txt``, ``data.yaml``.

Each is looked for where its program puts it; the files of a data set without lists are not opened.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple, Union

from helpers.annotations import given_split, text_io
from helpers.annotations.given_split import EVAL, SPLIT, TEST, TRAIN
from helpers.annotations.image_index import ImageIndex
from helpers.structures.dataset import Annotations
from helpers.structures.errors import BadInput

_STEMS = {"train": TRAIN, "val": EVAL, "valid": EVAL, "test": TEST}
_YAMLS = ("data.yaml", "dataset.yaml", "data.yml", "dataset.yml")
PathLike = Union[str, Path]


def apply(annotations: Annotations, source: PathLike, images: PathLike) -> Annotations:
    """Records with the split that lists give them; what a record says of itself stays.

    Args:
        annotations: as a reader gave them.
        source: the annotation file or folder.
        images: the image folder.
    """
    splits = listed(source, images)
    if not splits:
        return annotations
    records = [
        record
        if record.extra.get(SPLIT) or record.path not in splits
        else replace(record, extra={**record.extra, SPLIT: splits[record.path]})
        for record in annotations.records
    ]
    return Annotations(records, annotations.findings)


def listed(source: PathLike, images: PathLike) -> Dict[str, str]:
    """The split of each image that a list near the annotations names, by path.

    An image in two lists goes by the first of train, eval and test, so that nothing that is
    trained on is measured on as well.
    """
    root = Path(source).resolve()
    folder = root.parent if root.is_file() else root
    found = sorted(
        {pair for place in (folder, folder.parent, Path(images).resolve()) for pair in _at(place)},
        key=lambda pair: (given_split.SPLIT_NAMES.index(pair[0]), pair[1]),
    )
    if len({split for split, _ in found}) < 2:
        return {}
    index = ImageIndex(images)
    splits: Dict[str, str] = {}
    for split, path in found:
        for image in _below(path, index) if path.is_dir() else _named(path, index):
            splits.setdefault(image, split)
    return splits


def _at(folder: Path) -> Iterator[Tuple[str, Path]]:
    """Lists, and folders of images, that belong to a data set in this folder."""
    for place in (folder / "ImageSets" / "Main", folder):
        for stem, split in _STEMS.items():
            if (place / f"{stem}.txt").is_file():
                yield split, place / f"{stem}.txt"
    for name in _YAMLS:
        if (folder / name).is_file():
            yield from _in_yaml(folder / name)


def _in_yaml(path: Path) -> Iterator[Tuple[str, Path]]:
    """What ``data.yaml`` says of its splits: folders or lists."""
    import yaml

    try:
        document: Any = text_io.mapping(yaml.load(text_io.text_of(path), Loader=yaml.BaseLoader))
    except (yaml.YAMLError, ValueError, RecursionError, BadInput):
        return  # whoever reads its class names says what is wrong with it
    base = path.parent / str(document.get("path", ""))
    for stem, split in _STEMS.items():
        entries = document.get(stem)
        for entry in entries if isinstance(entries, list) else [entries]:
            # Roboflow writes "../train/images", though the folder lies beside the file.
            places = [root / str(entry) for root in (base, path.parent)]
            places.append(path.parent / str(entry).replace("../", ""))
            near = [place.resolve() for place in places if entry and place.exists()]
            if near:
                yield split, near[0]


def _below(folder: Path, index: ImageIndex) -> List[str]:
    """The images in a folder, of those in the index."""
    root = index.root.resolve()
    if folder == root or root not in folder.parents:
        return []
    start = folder.relative_to(root).as_posix() + "/"
    return [path for path in index.paths if path.startswith(start)]


def _named(path: Path, index: ImageIndex) -> Iterator[str]:
    """The images that a list names, one a line; behind the name may stand a flag."""
    for line in text_io.lines_of(text_io.text_of(path)):
        for name in (line.strip(), line.partition(" ")[0]) if line.strip() else ():
            fits = index.by_path(name, path)
            if len(fits) == 1:
                yield fits[0]
                break
