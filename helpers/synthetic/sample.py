"""The built-in sample on disk: a seeded data set of drawn photos of apples, bananas and donuts.

``.sample.json`` beside the files says what was drawn, so that a sample that is complete is not
drawn again.
"""

from __future__ import annotations

import math
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Set, Union

from helpers.annotations.formats import voc
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.synthetic.scene import name, render
from helpers.system import files, processes

COUNT = 640
MANIFEST = ".sample.json"
GENERATOR = 1  # goes up when the drawing changes, so that older samples are drawn again
JPEG_QUALITY = 88
PER_PROCESS = 24  # fewer images than that are not worth starting a process for


class _Drawn(NamedTuple):
    """One image as it was drawn: its record and the SHA-256 of its file."""

    record: ImageRecord
    sha256: str


def write(
    out: Union[str, Path],
    count: int = COUNT,
    seed: int = 0,
    progress: Optional[Callable[[int, int], None]] = None,
) -> List[ImageRecord]:
    """Writes the data set: ``img/sample-0001.jpg`` ... and ``annotations/sample-0001.xml`` ...

    Drawn on all cores, the same bytes for the same seed; a larger ``count`` only adds images. An
    image that is not as it was drawn, or has no annotation, is drawn again with its annotation;
    the others stay as they are, also where the annotation was edited since.

    Args:
        out: the folder to write below.
        count: number of images, at least 1.
        seed: see ``scene.render``.
        progress: called after each image with how many are complete and ``count``.

    Returns:
        The records as drawn, in the order of the files' names.

    Raises:
        BadInput: a number is out of range, the folder holds other images or annotations, or it
            cannot be written.
    """
    if count < 1 or not 0 <= seed < 2**32:
        raise BadInput.of(
            "sample",
            f"count {count} and seed {seed}",
            "a count of at least 1 and a seed from 0 to 2**32 - 1",
            "Give other numbers.",
        )
    out = Path(out)
    names = [name(index) for index in range(count)]
    _refuse_others(out / "img", set(names))
    _refuse_others(out / "annotations", {_annotation(image) for image in names})
    complete = _complete(out, seed)
    missing = [index for index, image in enumerate(names) if image not in complete]
    drawn = _draw_all(partial(_draw, out, seed), missing)
    images: List[_Drawn] = []
    for image in names:
        images.append(complete[image] if image in complete else next(drawn))
        if progress is not None:
            progress(len(images), count)
    if missing:
        _write_manifest(out, seed, images)
    return [image.record for image in images]


def _annotation(image: str) -> str:
    return Path(image).with_suffix(".xml").name


def _refuse_others(folder: Path, own: Set[str]) -> None:
    names = sorted(path.name for path in folder.glob("*")) if folder.is_dir() else []
    others = [other for other in names if other not in own and not other.startswith(".")]
    if others:
        raise BadInput.of(
            folder,
            f"{len(others)} other files, the first one {others[0]}",
            "nothing but this sample's own files",
            "Give an empty folder, or remove this one first.",
        )


def _complete(out: Path, seed: int) -> Dict[str, _Drawn]:
    """The images of an earlier run with this seed that are on disk as they were drawn."""
    path = out / MANIFEST
    manifest = files.read_json(path) if path.is_file() else {}
    if (manifest.get("generator"), manifest.get("seed")) != (GENERATOR, seed):
        return {}
    complete = {}
    for entry in manifest["images"]:
        image, annotation = out / "img" / entry["path"], _annotation(entry["path"])
        if (
            (out / "annotations" / annotation).is_file()
            and image.is_file()
            and files.sha256(image) == entry["sha256"]
        ):
            complete[entry["path"]] = _from_entry(entry)
    return complete


def _write_manifest(out: Path, seed: int, images: Iterable[_Drawn]) -> None:
    entries = [_as_entry(image) for image in images]
    files.write_json(out / MANIFEST, {"generator": GENERATOR, "seed": seed, "images": entries})


def _as_entry(image: _Drawn) -> Dict[str, Any]:
    record = image.record
    return {
        "path": record.path,
        "sha256": image.sha256,
        "width": record.width,
        "height": record.height,
        "labels": list(record.objects.labels),
        "boxes": record.objects.boxes.tolist(),
        "truncated": record.objects.flags("truncated").tolist(),
    }


def _from_entry(entry: Dict[str, Any]) -> _Drawn:
    rows = zip(entry["labels"], entry["boxes"])
    objects = LabeledBoxes.from_rows(rows, truncated=entry["truncated"])
    record = ImageRecord(entry["path"], entry["width"], entry["height"], objects)
    return _Drawn(record, entry["sha256"])


def _draw_all(draw: Callable[[int], _Drawn], indices: List[int]) -> Iterator[_Drawn]:
    workers = min(processes.cores(), math.ceil(len(indices) / PER_PROCESS))
    if workers < 2:
        yield from map(draw, indices)
        return
    # Forked children of a process that has run TensorFlow may hang, hence spawned ones.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from pool.map(draw, indices, chunksize=4)


def _draw(out: Path, seed: int, index: int) -> _Drawn:
    image, record = render(index, seed)
    images = out / "img"
    with files.replacing(images / record.path) as beside:
        image.save(str(beside), "JPEG", quality=JPEG_QUALITY)
    voc.write_one(record, out / "annotations" / _annotation(record.path), images)
    return _Drawn(record, files.sha256(images / record.path))
