"""What record files hold, and which of their records training would stumble over."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

from helpers.structures.findings import printable
from helpers.structures.label_map import LabelMap
from helpers.system import processes
from helpers.tfrecords import example, example_validation, framing
from helpers.tfrecords.example import BYTES, INTEGERS
from helpers.tfrecords.example_validation import Features
from helpers.tfrecords.framing import Frame

_SHOWN, _SIZES = 200, 5  # problems and sizes in the text


class Problem(NamedTuple):
    """One thing that is wrong.

    Attributes:
        file: the record file.
        record: its number in the file, from 1; 0 for the file itself.
        name: the image's own file name, where the record tells it.
        what: is wrong.
    """

    file: str
    record: int
    name: str
    what: str


class Contents(NamedTuple):
    """What one file holds.

    Attributes:
        path: of the file.
        size: bytes.
        images: number of its records, whether they can be read or not.
        negatives: those that can be read and have no box.
        classes: number of boxes of each class, sorted by name.
        sides: number of images of each width and height.
        sources: the ``source_id`` of each record that has one, and the record's number.
        problems: with single records.
    """

    path: Path
    size: int
    images: int
    negatives: int
    classes: Dict[str, int]
    sides: Dict[Tuple[int, int], int]
    sources: List[Tuple[bytes, int]]
    problems: List[Problem]


class Inspection(NamedTuple):
    """What a set of files holds.

    Attributes:
        files: each of them, in the order asked for.
        problems: all of them: missing shards, single records, records that come twice.
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
        paths: the files; a ``source_id`` may come only once in all of them.
        label_map: what ids and names must agree with; ``None`` asks only for ids from 1.
        pixels: decode the images.
        jobs: processes; 0 means one a core.

    Raises:
        BadInput: a file is missing.
    """
    from tqdm.auto import tqdm

    paths = [Path(path) for path in paths]
    total = sum(path.stat().st_size for path in paths if path.exists())
    look = partial(contents, names=label_map and label_map.names, pixels=pixels)
    with tqdm(total=total, desc="reading records", unit="B", unit_scale=True, disable=None) as bar:
        found = {
            one.path: one
            for one in processes.run_tasks(look, paths, jobs or processes.cores(), bar.update)
        }
    ordered = [found[path] for path in paths]
    missing = [
        Problem(str(path), 0, "", "is missing, so that the set is not whole")
        for path in framing.missing_shards(paths)
    ]
    single = [problem for one in ordered for problem in one.problems]
    return Inspection(ordered, missing + single + list(_twice(ordered)))


def _twice(found: Sequence[Contents]) -> Iterator[Problem]:
    first: Dict[bytes, Tuple[Path, int]] = {}
    for one in found:
        for source, number in one.sources:
            path, before = first.setdefault(source, (one.path, number))
            if (path, before) != (one.path, number):
                yield Problem(
                    str(one.path),
                    number,
                    _shown(source),
                    f"the source_id of record {before} of {path.name} once more",
                )


def contents(
    path: Path,
    advance: processes.OnProgress,
    names: Optional[Sequence[str]] = None,
    pixels: bool = True,
) -> Contents:
    """Reads every record of one file.

    Args:
        path: of the file.
        advance: is told how many bytes were read, in the end all of the file.
        names: of the classes, in the order of their ids.
        pixels: as for ``inspect``.

    Raises:
        BadInput: the file is missing.
    """
    classes, sides = Counter(), Counter()
    sources, problems, images, negatives, told = [], [], 0, 0, 0
    for frame in framing.frames(path):
        features, wrong = _read(frame, names, pixels)
        source, name = _source_and_name(features)
        problems += [Problem(str(path), frame.number, name, what) for what in wrong]
        labels = [printable(label) for label in example_validation.labels(features, names)]
        classes.update(labels)
        sides.update(_side(features))
        images, negatives = images + 1, negatives + bool(features and not labels)
        if source:
            sources.append((source, frame.number))
        told += len(frame.content)
        advance(len(frame.content))
    size = path.stat().st_size
    advance(size - told)  # what is around the records, and what could not be read
    return Contents(
        path, size, images, negatives, dict(sorted(classes.items())), dict(sides), sources, problems
    )


def _read(frame: Frame, names: Optional[Sequence[str]], pixels: bool) -> Tuple[Features, List[str]]:
    if frame.problem:
        return {}, [frame.problem]
    try:
        features = example.parsed(frame.content)
    except ValueError:
        return {}, ["bytes that are no tf.train.Example"]
    return features, example_validation.problems(features, names, pixels)


def _source_and_name(features: Features) -> Tuple[bytes, str]:
    sources, names = (
        example_validation.values(features, key, BYTES)
        for key in ("image/source_id", "image/filename")
    )
    source = next(iter(sources), b"")
    return source, _shown(next(iter(names), source))


def _shown(name: bytes) -> str:
    return printable(name.decode("utf-8", "replace"))


def _side(features: Features) -> List[Tuple[int, int]]:
    return list(
        zip(
            example_validation.values(features, "image/width", INTEGERS),
            example_validation.values(features, "image/height", INTEGERS),
        )
    )


def as_rows(seen: Inspection) -> List[Dict[str, Any]]:
    """Each file as a row for a table on screen: its images, and its boxes of each class."""
    broken = Counter(problem.file for problem in seen.problems)
    classes = sorted({name for one in seen.files for name in one.classes})
    return [
        dict(
            {
                "file": one.path.name,
                "MB": round(one.size / 1e6, 1),
                "images": one.images,
                "without boxes": one.negatives,
                "problems": broken[str(one.path)],
            },
            **{name: one.classes.get(name, 0) for name in classes},
        )
        for one in seen.files
    ]


def as_dict(seen: Inspection) -> Dict[str, Any]:
    """All of it as JSON has it; sizes with how many images have them, most first."""
    sides = _summed(one.sides for one in seen.files)
    return {
        "files": [
            {"path": str(one.path), "bytes": one.size, "images": one.images} for one in seen.files
        ],
        "images": sum(one.images for one in seen.files),
        "without_boxes": sum(one.negatives for one in seen.files),
        "classes": dict(sorted(_summed(one.classes for one in seen.files).items())),
        "sizes": [
            {"width": width, "height": height, "images": count}
            for (width, height), count in sorted(
                sides.items(), key=lambda item: (-item[1], item[0])
            )
        ],
        "problems": [problem._asdict() for problem in seen.problems],
    }


def _summed(counts: Iterable[Dict[Any, int]]) -> Counter:
    return sum((Counter(one) for one in counts), Counter())


def as_text(seen: Inspection) -> List[str]:
    """All of it as lines for the shell, what is wrong at the end."""
    whole = as_dict(seen)
    lines = [f"{one.path}: {one.images} images, {one.size / 1e6:.1f} MB" for one in seen.files]
    lines.append(
        f"{whole['images']} images in {len(seen.files)} files, "
        f"{whole['without_boxes']} without boxes; {sum(whole['classes'].values())} boxes:"
    )
    lines += [f"  {count:>7} {name}" for name, count in whole["classes"].items()]
    lines.append(
        "images by size: "
        + ", ".join(
            f"{one['images']} of {one['width']}x{one['height']}" for one in whole["sizes"][:_SIZES]
        )
        + (f", {len(whole['sizes']) - _SIZES} other sizes" if len(whole["sizes"]) > _SIZES else "")
    )
    return lines + said(seen.problems)


def said(problems: Sequence[Problem]) -> List[str]:
    """What is wrong as lines for people; one line when nothing is."""
    lines = []
    for file, number, name, what in problems[:_SHOWN]:
        place = f", record {number}" * bool(number) + f" ({name})" * bool(name)
        lines.append(f"{file}{place}: {what}")
    if len(problems) > _SHOWN:
        lines.append(f"... and {len(problems) - _SHOWN} more")
    return lines + [f"problems: {len(problems)}" if problems else "no problems"]
