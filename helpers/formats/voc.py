"""Pascal VOC XML as LabelImg writes it: one file a picture.

LabelImg writes corner points in pixels, so its numbers are ours without a shift.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException, ElementTree

from helpers import files
from helpers.boxes import LabeledBoxes
from helpers.errors import BadInput
from helpers.formats.pictures import Header, ImageFolder, header
from helpers.records import ImageRecord

log = logging.getLogger(__name__)
_CORNERS = ("xmin", "ymin", "xmax", "ymax")


class Annotations(NamedTuple):
    """What a folder of XML files gave.

    Attributes:
        records: the good ones, sorted by path.
        problems: why the others are not among them.
        unannotated: pictures that no XML speaks of.
    """

    records: List[ImageRecord]
    problems: List[BadInput]
    unannotated: List[str]


def read_folder(annotations: Union[str, Path], images: Union[str, Path]) -> Annotations:
    """Reads every XML below a folder; a bad file does not stop the others.

    Raises:
        BadInput: a folder is missing, or there is no XML in it.
    """
    folder = ImageFolder(images)
    paths = list(_xml_below(Path(annotations)))
    if not paths:
        raise BadInput.of(annotations, "no XML file", "one a picture, as LabelImg writes them",
                          "Check the path, or annotate some pictures first.")
    records, problems, seen = [], [], {}
    for path in paths:
        try:
            record = read(path, folder)
            if record.path in seen:
                raise BadInput.of(path, f"a second annotation of {record.path}",
                                  f"only {seen[record.path]}", "Remove one of the two.")
        except BadInput as problem:
            problems.append(problem)
            continue
        seen[record.path] = path
        records.append(record)
    records.sort(key=lambda record: record.path)
    return Annotations(records, problems, sorted(set(folder.paths) - set(seen)))


def _xml_below(root: Path) -> Iterator[Path]:
    for path in sorted(root.glob("**/*")):
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if path.suffix.lower() == ".xml" and not hidden:
            yield path


def read(path: Union[str, Path], folder: ImageFolder) -> ImageRecord:
    """Reads one XML and the header of its picture.

    Args:
        path: the XML file.
        folder: where the pictures are.

    Raises:
        BadInput: names the file (and object), what was found there and what to do.
    """
    root = _parse(path)
    picture = folder.find(Path(path).stem, [_text(root, "filename"), _text(root, "path")])
    if picture is None:
        raise BadInput.of(path, f"no picture {_text(root, 'filename') or Path(path).stem!r} in "
                          f"{folder.root}", "the annotated picture",
                          "Put it there, or remove this annotation.")
    width, height = _size(path, root, header(folder.root / picture))
    objects = [_object(f"{path}, object {number}", element, width, height)
               for number, element in enumerate(root.iter("object"), start=1)]
    boxes = LabeledBoxes.of((name, box) for name, box, _, _ in objects)
    return ImageRecord(picture, width, height, boxes, tuple(o[2] for o in objects),
                       tuple(o[3] for o in objects))


def _parse(path: Union[str, Path]) -> Element:
    try:
        root = ElementTree.fromstring(Path(path).read_bytes())
    except (ParseError, ValueError, LookupError) as error:
        reason = "entities or references" if isinstance(error, DefusedXmlException) else error
        raise BadInput.of(path, f"broken or unsafe XML ({reason})", "LabelImg XML",
                          "Annotate the picture again, or mend the file.") from error
    except OSError as error:
        raise files.unwritable(path, error) from error
    if root.tag != "annotation":
        raise BadInput.of(path, f"a <{root.tag}>", "an <annotation> as LabelImg writes it",
                          "Give the folder of the annotations, or remove the file.")
    return root


def _text(element: Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


def _size(path: Union[str, Path], root: Element, picture: Header) -> Tuple[int, int]:
    size = root.find("size")
    declared = tuple(_text(size, tag) for tag in ("width", "height")) if size is not None else ()
    if not any(declared):
        return picture.upright
    stored = (picture.width, picture.height)
    for frame in (picture.upright, stored):
        if _as_numbers(declared) == frame:
            return frame
    raise BadInput.of(path, f"a size of {'x'.join(declared)}",
                      f"the picture's own {stored[0]}x{stored[1]}",
                      "The picture was changed after it was annotated: annotate it again.")


def _as_numbers(texts: Sequence[str]) -> Tuple[float, ...]:
    try:
        return tuple(float(text) for text in texts)
    except ValueError:
        return ()


def _object(where: str, element: Element, width: int, height: int
            ) -> Tuple[str, List[float], bool, bool]:
    name = element.findtext("name") or ""
    if not name.strip() or name != name.strip():
        raise BadInput.of(where, f"the class name {name!r}", "a name without blanks around it",
                          "Correct the name in the XML.")
    box = _box(where, name, element.find("bndbox"))
    x_min, y_min, x_max, y_max = box
    if not (0 <= x_min < x_max <= width and 0 <= y_min < y_max <= height):
        raise BadInput.of(f"{where} ({name})", f"the box {box}",
                          f"0 <= xmin < xmax <= {width} and 0 <= ymin < ymax <= {height}",
                          "Draw the box again.")
    return name, box, _text(element, "truncated") == "1", _text(element, "difficult") == "1"


def _box(where: str, name: str, element: Optional[Element]) -> List[float]:
    texts = [_text(element, corner) if element is not None else "" for corner in _CORNERS]
    box = list(_as_numbers(texts))
    if not box:
        raise BadInput.of(f"{where} ({name})", f"the corners {texts}", "four numbers in <bndbox>",
                          "Draw the box again.")
    return box


def write(record: ImageRecord, path: Union[str, Path], images: Union[str, Path]) -> Path:
    """Writes one picture's annotation exactly as LabelImg does.

    Args:
        record: the picture and its boxes.
        path: the XML file to write.
        images: the image folder, for LabelImg's ``folder``, absolute ``path`` and ``depth``.

    Raises:
        BadInput: the picture is not there, or the file cannot be written.
    """
    picture = Path(images).resolve() / record.path
    root = Element("annotation")
    for tag, text in (("folder", picture.parent.name), ("filename", picture.name),
                      ("path", str(picture))):
        SubElement(root, tag).text = text
    SubElement(SubElement(root, "source"), "database").text = "Unknown"
    _numbers(SubElement(root, "size"), ("width", "height", "depth"),
             (record.width, record.height, 1 if header(picture).mode == "L" else 3))
    SubElement(root, "segmented").text = "0"
    flags = zip(record.objects.labels, record.objects.boxes, record.truncated, record.difficult)
    for label, box, truncated, difficult in flags:
        element = SubElement(root, "object")
        SubElement(element, "name").text = label
        SubElement(element, "pose").text = "Unspecified"
        _numbers(element, ("truncated", "difficult"), (truncated, difficult))
        _numbers(SubElement(element, "bndbox"), _CORNERS, box)
    _indent(root)
    return files.write_text(path, tostring(root, encoding="unicode") + "\n")


def _numbers(parent: Element, tags: Sequence[str], values: Sequence[float]) -> None:
    for tag, value in zip(tags, values):
        SubElement(parent, tag).text = f"{float(value):.7g}"


def _indent(element: Element, depth: int = 0) -> None:
    children = list(element)
    for child in children:
        _indent(child, depth + 1)
        child.tail = "\n" + "\t" * (depth + 1)
    if children:
        element.text = "\n" + "\t" * (depth + 1)
        children[-1].tail = "\n" + "\t" * depth
