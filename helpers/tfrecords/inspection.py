"""Inspects record files: counts images, boxes and classes, and lists every problem."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

from helpers.structures.findings import printable
from helpers.structures.label_map import LabelMap
from helpers.system import processes, text_table
from helpers.tfrecords import example, example_validation, framing
from helpers.tfrecords.features import Features, values_of_kind
from helpers.tfrecords.framing import Frame

_SHOWN_PROBLEMS, _SHOWN_SIZES = 200, 5  # in the text
ImageSize = Tuple[int, int]  # width and height, pixels


class Problem(NamedTuple):
    """One problem of a record file.

    Attributes:
        file: the record file.
        record: its number in the file, from 1; 0 for the file itself.
        name: the image's own file name, where the record has it.
        what: the problem, a phrase.
    """

    file: str
    record: int
    name: str
    what: str


class Contents(NamedTuple):
    """The contents of one record file.

    Attributes:
        path: of the file.
        size: bytes.
        images: number of its records, readable or not.
        negatives: number of readable records without a box.
        classes: number of boxes of each class, sorted by name.
        image_sizes: number of images of each width and height.
        sources: the ``source_id`` of each record that has one, and the record's number.
        problems: of single records.
    """

    path: Path
    size: int
    images: int
    negatives: int
    classes: Dict[str, int]
    image_sizes: Dict[ImageSize, int]
    sources: List[Tuple[bytes, int]]
    problems: List[Problem]


class Inspection(NamedTuple):
    """The contents of a set of record files.

    Attributes:
        files: each of them, in the order given.
        problems: all of them: missing shards, single records, duplicate records.
    """

    files: List[Contents]
    problems: List[Problem]


def inspect(
    paths: Sequence[Union[str, Path]],
    label_map: Optional[LabelMap] = None,
    pixels: bool = True,
    jobs: int = 0,
) -> Inspection:
    """Reads every record of these files.

    Args:
        paths: the files; a ``source_id`` may occur only once in all of them.
        label_map: that ids and names are compared with; ``None`` checks only that ids count
            from 1.
        pixels: decode the images.
        jobs: processes; 0 means one for each core.

    Raises:
        BadInput: a file is missing.
    """
    from tqdm.auto import tqdm

    files = [Path(path) for path in paths]
    total = sum(path.stat().st_size for path in files if path.exists())
    read = partial(contents, names=label_map and label_map.names, pixels=pixels)
    with tqdm(total=total, desc="reading records", unit="B", unit_scale=True, disable=None) as bar:
        results = list(processes.run_tasks(read, files, jobs or processes.cores(), bar.update))
    by_path = {result.path: result for result in results}
    ordered = [by_path[path] for path in files]
    missing = [
        Problem(str(path), 0, "", "is missing, so that the set is not complete")
        for path in framing.missing_shards(files)
    ]
    single = [problem for result in ordered for problem in result.problems]
    return Inspection(ordered, missing + single + list(_duplicates(ordered)))


def _duplicates(files: Sequence[Contents]) -> Iterator[Problem]:
    first: Dict[bytes, Tuple[Path, int]] = {}
    for file in files:
        for source, number in file.sources:
            path, earlier = first.setdefault(source, (file.path, number))
            if (path, earlier) != (file.path, number):
                what = f"the source_id of record {earlier} of {path.name} once more"
                yield Problem(str(file.path), number, _printable(source), what)


def contents(
    path: Path,
    on_progress: processes.OnProgress,
    names: Optional[Sequence[str]] = None,
    pixels: bool = True,
) -> Contents:
    """Reads every record of one file.

    Args:
        path: of the file.
        on_progress: is called with the number of bytes read, in sum all of the file.
        names: of the classes, in the order of their ids.
        pixels: as for :func:`inspect`.

    Raises:
        BadInput: the file is missing.
    """
    classes: Counter = Counter()
    image_sizes: Counter = Counter()
    sources: List[Tuple[bytes, int]] = []
    problems: List[Problem] = []
    images, negatives, reported = 0, 0, 0
    for frame in framing.frames(path):
        features, phrases = _read(frame, names, pixels)
        source, name = _source_and_name(features)
        problems += [Problem(str(path), frame.number, name, phrase) for phrase in phrases]
        labels = [printable(label) for label in example_validation.labels(features, names)]
        classes.update(labels)
        image_sizes.update(_image_size(features))
        images, negatives = images + 1, negatives + bool(features and not labels)
        if source:
            sources.append((source, frame.number))
        reported += len(frame.content)
        on_progress(len(frame.content))
    size = path.stat().st_size
    on_progress(size - reported)  # frames around the records, and what cannot be read
    by_name = dict(sorted(classes.items()))
    return Contents(path, size, images, negatives, by_name, dict(image_sizes), sources, problems)


def _read(frame: Frame, names: Optional[Sequence[str]], pixels: bool) -> Tuple[Features, List[str]]:
    if frame.problem:
        return {}, [frame.problem]
    try:
        features = example.parsed(frame.content)
    except ValueError:
        return {}, ["bytes that are no tf.train.Example"]
    return features, example_validation.problems(features, names, pixels)


def _source_and_name(features: Features) -> Tuple[bytes, str]:
    source = next(iter(values_of_kind(features, "image/source_id")), b"")
    name = next(iter(values_of_kind(features, "image/filename")), source)
    return source, _printable(name)


def _printable(name: bytes) -> str:
    return printable(name.decode("utf-8", "replace"))


def _image_size(features: Features) -> List[ImageSize]:
    widths, heights = (values_of_kind(features, f"image/{name}") for name in ("width", "height"))
    return list(zip(widths, heights))


def as_rows(inspection: Inspection) -> List[Dict[str, Any]]:
    """Each file as a row of a table: its images, and its boxes of each class."""
    broken = Counter(problem.file for problem in inspection.problems)
    classes = sorted({name for file in inspection.files for name in file.classes})
    return [
        {
            "file": file.path.name,
            "MB": round(file.size / 1e6, 1),
            "images": file.images,
            "without boxes": file.negatives,
            "problems": broken[str(file.path)],
            **{name: file.classes.get(name, 0) for name in classes},
        }
        for file in inspection.files
    ]


def as_dict(inspection: Inspection) -> Dict[str, Any]:
    """The inspection as JSON; image sizes with the number of images, most frequent first."""
    files = inspection.files
    by_size = _sum(file.image_sizes for file in files).items()
    return {
        "files": [
            {"path": str(file.path), "bytes": file.size, "images": file.images} for file in files
        ],
        "images": sum(file.images for file in files),
        "without_boxes": sum(file.negatives for file in files),
        "classes": dict(sorted(_sum(file.classes for file in files).items())),
        "sizes": [
            {"width": width, "height": height, "images": count}
            for (width, height), count in sorted(by_size, key=lambda item: (-item[1], item[0]))
        ],
        "problems": [problem._asdict() for problem in inspection.problems],
    }


def _sum(counts: Iterable[Dict[Any, int]]) -> Counter:
    total: Counter = Counter()
    for count in counts:
        total.update(count)
    return total


def as_text(inspection: Inspection) -> List[str]:
    """The inspection as lines for the terminal, problems at the end."""
    files, totals = inspection.files, as_dict(inspection)
    classes, sizes = totals["classes"], totals["sizes"]
    shown = [f"{size['images']} of {size['width']}x{size['height']}" for size in sizes]
    more = f", {len(sizes) - _SHOWN_SIZES} other sizes" if len(sizes) > _SHOWN_SIZES else ""
    counts = text_table.lines(
        [("", count, name) for name, count in classes.items()], "<><", (1, 7), " "
    )
    return [
        *(f"{file.path}: {file.images} images, {file.size / 1e6:.1f} MB" for file in files),
        f"{totals['images']} images in {len(files)} files, "
        f"{totals['without_boxes']} without boxes; {sum(classes.values())} boxes:",
        *counts,
        f"images by size: {', '.join(shown[:_SHOWN_SIZES])}{more}",
        *problem_lines(inspection.problems),
    ]


def problem_lines(problems: Sequence[Problem]) -> List[str]:
    """The problems as lines for people; one line when there is none."""
    lines = []
    for file, number, name, what in problems[:_SHOWN_PROBLEMS]:
        place = f", record {number}" * bool(number) + f" ({name})" * bool(name)
        lines.append(f"{file}{place}: {what}")
    if len(problems) > _SHOWN_PROBLEMS:
        lines.append(f"... and {len(problems) - _SHOWN_PROBLEMS} more")
    return lines + [f"problems: {len(problems)}" if problems else "no problems"]
