"""Drafts that come home from the device: ``detect.py --collect`` keeps them beside the images.

They become drafts as a model here makes them: for photos without annotation alone, until a person
has decided.
"""

from __future__ import annotations

from pathlib import Path
from typing import Iterable, List, NamedTuple, Optional, Tuple
from xml.etree.ElementTree import Element, ParseError

from helpers.annotations import xml_tree
from helpers.annotations.formats import voc_parser
from helpers.annotations.image_header import header
from helpers.annotations.image_index import ImageIndex
from helpers.inference.drafts import Draft, DraftFolder
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput

KEY = "collected"  # of these drafts, which no model here has made
_FOLDER = "drafts"


class Collected(NamedTuple):
    """What came home.

    Attributes:
        new: how many photos have drafts now that had none.
        unreadable: why a file of drafts gives none.
    """

    new: int = 0
    unreadable: Tuple[str, ...] = ()


def folder_of(images: Path) -> Path:
    """Where the drafts of an image folder lie, as the device writes them: beside it."""
    return Path(images).resolve().parent / _FOLDER


def take_over(index: ImageIndex, waiting: Iterable[str], place: DraftFolder) -> Collected:
    """Keeps the drafts that the device made of photos that have none yet.

    Args:
        index: the photos.
        waiting: paths of those without annotation.
        place: where drafts are kept.

    Raises:
        BadInput: a draft cannot be written.
    """
    without = set(waiting) - set(place.paths())
    new, unreadable = 0, []
    for path in sorted(folder_of(index.root).glob("*.xml")):
        try:
            draft = _read(path, index)
        except BadInput as error:
            unreadable.append(error.cause)
            continue
        if draft is not None and draft.record.path in without:
            place.write(draft)
            new += 1
    return Collected(new, tuple(unreadable))


def _read(path: Path, index: ImageIndex) -> Optional[Draft]:
    """The drafts in a file; ``None`` where it is none of ours, or its photo is not there."""
    try:
        root = xml_tree.parsed(path.read_bytes())
        if not voc_parser.is_draft(root):
            return None
        found = index.by_stem(path.stem, [root.findtext("filename") or ""])
        if len(found) != 1:
            return None
        width, height = (int(_text(root, f"size/{name}")) for name in ("width", "height"))
        rows = [_row(element) for element in root.iter("object")]
        uncertainty = float(_text(root, "collected/uncertainty"))
        boxes = LabeledBoxes.from_rows(
            [(label, box) for label, box, _ in rows], scores=[score for _, _, score in rows]
        )
    except (OSError, ParseError, ValueError, LookupError) as error:
        raise BadInput.of(
            path, f"no drafts that can be read ({error})", "those of detect.py --collect",
            "Copy the file again, or remove it.",
        ) from error  # fmt: skip
    size = header(index.root / found[0]).upright
    if size != (width, height):
        raise BadInput.of(
            path,
            f"drafts on {width}x{height} pixels, the photo has {size[0]}x{size[1]}",
            "the photo as the device stored it",
            "Copy it again, or remove its drafts.",
        )
    return Draft.of(ImageRecord(found[0], width, height, boxes), uncertainty, KEY)


def _row(element: Element) -> Tuple[str, List[float], float]:
    box = [float(_text(element, f"bndbox/{corner}")) for corner in voc_parser.CORNERS]
    return _text(element, "name"), box, float(_text(element, "score"))


def _text(element: Element, path: str) -> str:
    text = element.findtext(path)
    if text is None:
        raise ValueError(f"no {path}")
    return text
