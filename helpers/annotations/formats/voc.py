"""Pascal VOC XML, one file per image, as LabelImg, CVAT, Roboflow and people write it.

LabelImg writes corner points in pixels, so its numbers are ours without a shift.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Dict, Iterator, List, Optional, Sequence, Tuple, Union
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement, tostring

from helpers.annotations import box_units, given_split, round_trip, xml_tree
from helpers.annotations.formats import voc_parser, voc_rotation
from helpers.annotations.formats.voc_parser import CORNERS, SOURCE, Parsed
from helpers.annotations.image_header import header
from helpers.annotations.image_index import ImageIndex
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.text_io import shown
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding
from helpers.system import file_cache, files


def read(
    source: Union[str, Path], images: Union[str, Path], options: ReadOptions = NOTHING_CHOSEN
) -> Annotations:
    """Reads one XML, or every one below a folder on all cores; a bad file stops no other.

    Args:
        source: the XML file, or the folder of them.
        images: the image folder.
        options: its ``cache`` remembers what unchanged XML files held.

    Raises:
        BadInput: a folder is missing, or there is no XML in it.
    """
    folder = ImageIndex(images)
    root = os.path.abspath(str(source))
    paths = [root] if os.path.isfile(root) else _xml_below(root)
    if not paths:
        raise BadInput.of(
            source,
            "no XML file",
            "one per image, as LabelImg writes them",
            "Check the path, or annotate some images first.",
        )
    parsed = file_cache.map_files(
        voc_parser.parse, paths, "reading annotations", voc_parser.VERSION, options.cache
    )
    records: List[ImageRecord] = []
    findings: List[Finding] = []
    read_from: Dict[str, str] = {}
    within = [os.path.abspath(str(images)), os.path.dirname(root) if paths == [root] else root]
    for path, values in zip(paths, parsed):
        record, problems = _resolved(path, Parsed(*values), folder, _subfolder(path, within))
        findings += problems
        if record and record.path in read_from:
            findings.append(
                Finding.of(
                    "annotation-duplicate",
                    record.path,
                    f"{path}: {read_from[record.path]} is about the same image",
                )
            )
        elif record:
            read_from[record.path] = path
            records.append(record)
    mentioned = set(read_from).union(finding.path for finding in findings)
    findings += [
        Finding.of("image-without-annotation", path, "no XML mentions it")
        for path in folder.paths
        if path not in mentioned
    ]
    records, units = box_units.in_pixels(source, given_split.of_sources(records, read_from))
    findings += units + folder.renamed()
    return Annotations(sorted(records, key=lambda record: record.path), findings)


def read_one(
    path: Union[str, Path], folder: ImageIndex
) -> Tuple[Optional[ImageRecord], List[Finding]]:
    """Reads one XML.

    Args:
        path: the XML file.
        folder: where the images are.

    Returns:
        The record, ``None`` when there is nothing to make one of, and the findings.
    """
    return _resolved(str(path), Parsed(*json.loads(voc_parser.parse(str(path)))), folder)


def _xml_below(root: str) -> List[str]:
    below: List[str] = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        below += [
            os.path.join(folder, name)
            for name in names
            if name.lower().endswith(".xml") and not name.startswith(".")
        ]
    return sorted(below)


def _subfolder(path: str, within: Sequence[str]) -> str:
    """Where a file lies below the first of these folders that it is in, with ``/``."""
    place = os.path.dirname(path)
    root = next(root for root in within if f"{place}/".startswith(f"{root.rstrip('/')}/"))
    return place[len(root) :].strip("/")


def _resolved(
    path: str, parsed: Parsed, folder: ImageIndex, beside: str = ""
) -> Tuple[Optional[ImageRecord], List[Finding]]:
    """The record of the image that a file is about."""
    names = [parsed.filename, parsed.path]
    stem = os.path.splitext(os.path.basename(path))[0]
    fits = folder.by_stem(stem, names, beside)
    about = fits[0] if len(fits) == 1 else path
    findings = [
        Finding.of(kind, about, f"{path}: {message}", number)
        for kind, number, message in parsed.findings
    ]
    if any(finding.object is None for finding in findings):
        return None, findings
    if ".." in parsed.filename.replace("\\", "/").split("/"):
        findings.append(
            Finding.of(
                "annotation-path-outside-folder",
                about,
                f"{path}: the filename {shown(parsed.filename)}",
            )
        )
    if not fits:
        name = parsed.filename or stem
        return None, findings + [
            Finding.of(
                "annotation-without-image",
                path,
                f"{path}: no image {shown(name)} in {folder.root}{folder.near(name)}",
            )
        ]
    if len(fits) > 1:
        return None, findings + [
            Finding.of("annotation-ambiguous-image", path, f"{path}: both {fits[0]} and {fits[1]}")
        ]
    try:
        size = parsed.size if all(parsed.size) else header(folder.root / about).upright
    except BadInput as problem:
        return None, findings + [Finding.of("image-unreadable", about, problem.cause)]
    objects = LabeledBoxes(
        voc_parser.unpacked(parsed.boxes),
        tuple(parsed.labels),
        truncated=parsed.truncated or None,
        difficult=parsed.difficult or None,
        occluded=parsed.occluded or None,
        extras=tuple(parsed.extras) or None,
    )
    return ImageRecord(about, *size, objects, parsed.extra), findings


def write(
    records: Sequence[ImageRecord], out: Union[str, Path], images: Union[str, Path]
) -> List[Path]:
    """Writes one XML per image, in the same subfolders as the images.

    Raises:
        BadInput: two images differ by their suffix alone, an image is not there, or a file
            cannot be written.
    """
    places = round_trip.own_files(records, out, ".xml")
    return [write_one(record, place, images) for place, record in zip(places, records)]


def write_one(record: ImageRecord, path: Union[str, Path], images: Union[str, Path]) -> Path:
    """Writes one image's annotation exactly as LabelImg does.

    Args:
        record: the image and its boxes.
        path: the XML file to write.
        images: the image folder, for LabelImg's ``folder``, absolute ``path`` and ``depth``.

    Raises:
        BadInput: the image is not there, or the file cannot be written.
    """
    image = Path(images).resolve() / record.path
    extra = record.extra.get("voc", {})
    others = [ElementTree.fromstring(text) for text in extra.get("others", ())]
    root = Element("annotation", extra.get("attributes", {}))
    for tag, text in (
        ("folder", image.parent.name),
        ("filename", image.name),
        ("path", str(image)),
    ):
        SubElement(root, tag).text = text
    if not any(element.tag == "source" for element in others):
        for tag, text in SOURCE.items():
            SubElement(SubElement(root, "source"), tag).text = text
    root.extend(others)
    _numbers(
        SubElement(root, "size"),
        ("width", "height", "depth"),
        (record.width, record.height, 1 if header(image).mode == "L" else 3),
    )
    SubElement(root, "segmented").text = extra.get("segmented", "0")
    root.extend(_objects(record))
    xml_tree.indent(root)
    return files.write_text(path, tostring(root, encoding="unicode") + "\n")


def _objects(record: ImageRecord) -> Iterator[Element]:
    objects = record.objects
    flags = zip(objects.flags("truncated"), objects.flags("difficult"))
    occluded = objects.flags("occluded")
    for index, (label, box, own) in enumerate(zip(objects.labels, objects.boxes, flags)):
        extra = objects.extra(index).get("voc", {})
        element = Element("object")
        SubElement(element, "name").text = label
        SubElement(element, "pose").text = extra.get("pose", "Unspecified")
        _numbers(element, ("truncated", "difficult"), own)
        others = [ElementTree.fromstring(text) for text in extra.get("others", ())]
        corners, others = voc_rotation.written(box, extra, others)
        if corners is not None:
            _numbers(SubElement(element, "bndbox"), CORNERS, corners)
        element.extend(others)
        _write_occluded(element, bool(occluded[index]))
        yield element


def _write_occluded(element: Element, occluded: bool) -> None:
    """Pascal VOC has this flag, LabelImg has not: it stands where a file had it, or it is set."""
    stored = element.find("occluded")
    if stored is None and occluded:
        SubElement(element, "occluded").text = "1"
    elif stored is not None and voc_parser.is_set(stored) != occluded:
        stored.text = str(int(occluded))


def _numbers(parent: Element, tags: Sequence[str], values: Sequence[float]) -> None:
    for tag, value in zip(tags, values):
        SubElement(parent, tag).text = f"{float(value):.7g}"
