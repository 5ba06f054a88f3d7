"""One Pascal VOC file as plain values, which other processes and a cache can pass on.

Files of LabelImg are read by a pattern of its layout, five times faster than by an XML parser; all
others by the parser of the standard library or, where there may be entities, by a guarded one.
"""

from __future__ import annotations

import base64
import json
import re
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple
from xml.etree.ElementTree import Element, ParseError, tostring

import numpy as np
from defusedxml import DefusedXmlException

from helpers.annotations import shapes, xml_tree
from helpers.annotations.formats import voc_rotation
from helpers.annotations.text_io import shown
from helpers.annotations.xml_tree import UnknownEncoding
from helpers.structures.findings import short

VERSION = 5  # of what parse returns
CORNERS = ("xmin", "ymin", "xmax", "ymax")
SOURCE = {"database": "Unknown"}  # as LabelImg has it
DRAFT = "photos-to-pi draft"  # the database of what pi/detect.py found and nobody has accepted yet
_UNSET = {"", "0", "0.0", "false", "no", "unspecified"}
_NO_BOX = [float("nan")] * 4
_OBJECT_PARTS = {"name", "bndbox", "truncated", "difficult", "pose"}
_TURNED = {"attributes", "rotation", voc_rotation.ROTATED_BOX}
_IMAGE_PARTS = {"folder", "filename", "path", "source", "size", "segmented", "object"}
# LabelImg's own layout, for _as_labelimg.
_TEXT, _NUMBER = r"([^<>&\x00-\x1f]*)", r"(-?[0-9]{1,7})"
_HEAD = re.compile(
    rf"<annotation>\s*<folder>[^<>&\x00-\x1f]*</folder>\s*<filename>{_TEXT}</filename>\s*"
    rf"<path>{_TEXT}</path>\s*<source>\s*<database>Unknown</database>\s*</source>\s*<size>\s*"
    r"<width>([1-9][0-9]{0,6})</width>\s*<height>([1-9][0-9]{0,6})</height>\s*"
    r"<depth>[0-9]</depth>\s*</size>\s*<segmented>0</segmented>\s*"
)
_OBJECT = re.compile(
    rf"<object>\s*<name>{_TEXT}</name>\s*<pose>Unspecified</pose>\s*"
    r"<truncated>([01])</truncated>\s*<difficult>([01])</difficult>\s*<bndbox>\s*"
    + r"\s*".join(rf"<{corner}>{_NUMBER}</{corner}>" for corner in CORNERS)
    + r"\s*</bndbox>\s*</object>\s*"
)
_END = re.compile(r"</annotation>\s*\Z")


_Problem = Tuple[str, Optional[int], str]  # code, object from 1 and message


class Parsed(NamedTuple):
    """What one XML file says, or the findings that stand for it.

    Attributes:
        filename: of the image, as written.
        path: of the image on the machine where it was annotated.
        size: width and height, pixels; 0 where there is no such number.
        labels: n class names as written.
        boxes: n boxes for :func:`unpacked`; NaN where there are no numbers.
        truncated: n flags, or none at all.
        difficult: n flags, or none at all.
        extras: as in ``LabeledBoxes``; n, or none at all.
        extra: as in ``ImageRecord``.
        findings: code, object from 1 and message.
        occluded: n flags, or none at all.
    """

    filename: str = ""
    path: str = ""
    size: Tuple[int, int] = (0, 0)
    labels: Sequence[str] = ()
    boxes: str = ""
    truncated: Sequence[bool] = ()
    difficult: Sequence[bool] = ()
    extras: Sequence[Dict[str, Any]] = ()
    extra: Dict[str, Any] = {}
    findings: Sequence[_Problem] = ()
    occluded: Sequence[bool] = ()


def parse(path: str) -> str:
    """One file as the JSON of a ``Parsed``; never raises for what is in it."""
    try:
        with open(path, "rb") as stream:
            data = stream.read()
    except OSError as error:
        return _failed("annotation-broken-file", f"cannot be read ({error.strerror})")
    plain = _as_labelimg(data)
    if plain:
        return json.dumps(plain)
    try:
        root = xml_tree.parsed(data)
        if root.tag != "annotation":
            return _failed("annotation-other-format", f"a <{short(root.tag)}>, not an <annotation>")
        if is_draft(root):
            return _failed("annotation-draft", "found by a model, accepted by nobody yet")
        return json.dumps(_parsed(root))
    except DefusedXmlException:
        return _failed("annotation-unsafe-xml", "entities or external references")
    except UnknownEncoding as error:
        return _failed("annotation-unknown-encoding", str(error))
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        return _failed("annotation-broken-file", f"XML that does not parse ({error})")


def is_draft(root: Element) -> bool:
    """Whether a file is one of drafts: LabelImg marks what a person has saved otherwise."""
    return root.findtext("source/database") == DRAFT


def _as_labelimg(data: bytes) -> Optional[Parsed]:
    """The values of a file in LabelImg's own layout without entities; ``None`` for any other."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    head = _HEAD.match(text)
    if not head:
        return None
    objects, end = [], head.end()
    match = _OBJECT.match(text, end)
    while match:
        objects.append(match.groups())
        end = match.end()
        match = _OBJECT.match(text, end)
    if not _END.match(text, end):
        return None
    filename, path, width, height = head.groups()
    labels, truncated, difficult, *corners = zip(*objects) if objects else [()] * 7
    return Parsed(
        filename.strip(),
        path.strip(),
        (int(width), int(height)),
        labels,
        _packed(np.array(corners, float).T),
        [flag == "1" for flag in truncated] if "1" in truncated else (),
        [flag == "1" for flag in difficult] if "1" in difficult else (),
    )


def _failed(code: str, message: str) -> str:
    return json.dumps(Parsed(findings=[(code, None, message)]))


def _parsed(root: Element) -> Parsed:
    labels, corners, rotations = [], [], []
    truncated, difficult, occluded, extras = [], [], [], []
    for element in root.iter("object"):
        parts = {child.tag: child for child in element}
        labels.append(_text(parts.get("name")))
        corners.append(_corners(parts))
        rotations.append(voc_rotation.degrees(parts) if _TURNED.intersection(parts) else 0.0)
        truncated.append(is_set(parts.get("truncated")))
        difficult.append(is_set(parts.get("difficult")))
        occluded.append(is_set(parts.get("occluded")))
        extras.append(_object_extra(parts))
    boxes, findings = _boxes(labels, corners)
    findings += _rotate(boxes, labels, rotations, extras)
    size = {child.tag: child.text for child in root.find("size") or ()}
    return Parsed(
        _text(root.find("filename")).strip(),
        _text(root.find("path")).strip(),
        (_pixels(size.get("width")), _pixels(size.get("height"))),
        labels,
        _packed(boxes),
        truncated if any(truncated) else (),
        difficult if any(difficult) else (),
        extras if any(extras) else (),
        _image_extra(root),
        findings,
        occluded if any(occluded) else (),
    )


def _corners(parts: Dict[str, Element]) -> Dict[str, Optional[str]]:
    """The texts of an object's corners, or of what stands in their place."""
    turned = parts.get(voc_rotation.ROTATED_BOX)
    values = None if turned is None else voc_rotation.corners(turned)
    if values is not None:
        return {name: repr(value) for name, value in zip(CORNERS, values)}
    box = parts.get("bndbox", turned)
    return {} if box is None else {child.tag: child.text for child in box}


def _rotate(
    boxes: np.ndarray,
    labels: Sequence[str],
    rotations: Sequence[float],
    extras: Sequence[Dict[str, Any]],
) -> List[_Problem]:
    """Puts the box around each rotated rectangle in its place; gives the findings."""
    findings: List[_Problem] = []
    for index, degrees in enumerate(rotations):
        if degrees % 180 and np.isfinite(boxes[index]).all():
            before = boxes[index].tolist()
            extras[index]["voc"]["unrotated"] = before
            boxes[index] = shapes.around_rotated(before, degrees)
            text = f"object {index + 1} ({short(labels[index].strip())}): {short(str(before))} is "
            findings.append(("box-rotated", index + 1, f"{text}rotated by {degrees:.4g} degrees"))
    return findings


def _boxes(
    labels: Sequence[str], corners: Sequence[Dict[str, Optional[str]]]
) -> Tuple[np.ndarray, List[_Problem]]:
    """Boxes (n, 4) from the texts of their corners, and findings for those without."""
    boxes = np.array([_numbers_in(texts) for texts in corners]).reshape(-1, 4)
    # What float32 cannot hold is no coordinate, and no comparison with NaN is true.
    with np.errstate(invalid="ignore"):
        absent = ~(np.abs(boxes) < 1e30).all(axis=1)
    if not absent.any():
        return boxes, []
    boxes[absent] = float("nan")
    return boxes, [
        (
            "box-invalid",
            int(i) + 1,
            f"object {i + 1} ({short(labels[i].strip())}): expected numbers "
            f"as {', '.join(CORNERS)}, found {shown(corners[i])}",
        )
        for i in np.flatnonzero(absent)
    ]


def _numbers_in(texts: Dict[str, Optional[str]]) -> List[float]:
    try:
        return [float(texts[name] or "") for name in CORNERS]
    except (KeyError, TypeError, ValueError):
        return _NO_BOX


def _packed(boxes: np.ndarray) -> str:
    """Boxes as text of float32 that is read many times faster than digits are."""
    return base64.b64encode(boxes.astype("<f4").tobytes()).decode()


def unpacked(text: str) -> np.ndarray:
    """The float32 boxes (n, 4) of ``Parsed.boxes``."""
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(-1, 4)


def _text(element: Optional[Element]) -> str:
    return "" if element is None else element.text or ""


def _pixels(text: Optional[str]) -> int:
    """Pixels, or 0 when there is no such number."""
    try:
        number = float(text or 0)
    except ValueError:
        return 0
    return int(number) if 1 <= number < 1e9 and number == int(number) else 0


def is_set(element: Optional[Element]) -> bool:
    """Whether an element holds a flag that is set."""
    text = _text(element)
    return text != "0" and text.strip().lower() not in _UNSET


def _object_extra(parts: Dict[str, Element]) -> Dict[str, Any]:
    pose = _text(parts.get("pose"))
    unusual = not _OBJECT_PARTS.issuperset(parts)
    if pose == "Unspecified" and not unusual:
        return {}
    extra: Dict[str, Any] = {"pose": pose} if pose.strip() not in ("", "Unspecified") else {}
    if unusual:
        extra["others"] = [
            _as_text(child) for tag, child in parts.items() if tag not in _OBJECT_PARTS
        ]
    return {"voc": extra} if extra else {}


def _as_text(element: Element) -> str:
    """An element to be kept as it is, but for its indentation."""
    return re.sub(r">\s+<", "><", tostring(element, encoding="unicode").strip())


def _image_extra(root: Element) -> Dict[str, Any]:
    """The parts that LabelImg does not write, or writes otherwise."""
    extra: Dict[str, Any] = {"attributes": dict(root.attrib)} if root.attrib else {}
    others = [_as_text(child) for child in root if child.tag not in _IMAGE_PARTS]
    source = root.find("source")
    if source is not None and {child.tag: child.text for child in source} != SOURCE:
        others.append(_as_text(source))
    if others:
        extra["others"] = others
    if is_set(root.find("segmented")):
        extra["segmented"] = _text(root.find("segmented")).strip()
    return {"voc": extra} if extra else {}
