"""All annotation formats by their names on the command line, and which one a file or folder is."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Dict, Iterator, NamedTuple, Optional, Tuple, Union

from helpers.annotations import csv_table, text_io
from helpers.annotations.formats import (
    automl,
    coco,
    createml,
    csv_import,
    cvat,
    dlib_xml,
    kitti,
    label_studio,
    labelme,
    labelme_xml,
    makesense,
    oidv4,
    open_images,
    sagemaker_ground_truth,
    via,
    via3,
    via_csv,
    voc,
    vott,
    yolo,
)
from helpers.annotations.reading import NOTHING_CHOSEN, ReadOptions
from helpers.annotations.signatures.file_signatures import SIGNATURES
from helpers.annotations.signatures.signature import first_fit
from helpers.structures.dataset import Annotations
from helpers.structures.errors import BadInput

AUTO = "auto"
CHOICES = ("attribute", "layout", "columns")  # of the ReadOptions, what a user may choose
_MOST_SAMPLES = 20  # of each suffix in a folder


class Format(NamedTuple):
    """An annotation format.

    Attributes:
        title: what people call it.
        read: takes source, image folder and ``ReadOptions``, gives ``Annotations``.
        write: takes records, where to, and the image folder; ``None`` where it is only read.
        folder: it is a folder of files, not one file.
        options: the names of the ``ReadOptions`` that a user may give for it.
    """

    title: str
    read: Callable[..., Annotations]
    write: Optional[Callable[..., Any]] = None
    folder: bool = False
    options: Tuple[str, ...] = ()


FORMATS: Dict[str, Format] = {
    "xml": Format("Pascal VOC XML (LabelImg)", voc.read, voc.write, folder=True),
    "json": Format("VGG Image Annotator JSON", via.read, via.write, options=("attribute",)),
    "coco": Format("COCO JSON", coco.read, coco.write, options=("layout",)),
    "yolo": Format("YOLO text", yolo.read, yolo.write, folder=True, options=("layout",)),
    "manifest": Format(
        "SageMaker Ground Truth manifest",
        sagemaker_ground_truth.read,
        sagemaker_ground_truth.write,
        options=("attribute",),
    ),
    "csv": Format(
        "table of boxes",
        csv_import.read,
        lambda records, out, images: csv_table.write(records, out),
        options=("columns",),
    ),
    "via-csv": Format(
        "VGG Image Annotator CSV", via_csv.read, via_csv.write, options=("attribute",)
    ),
    "makesense": Format("makesense.ai CSV", makesense.read),
    "automl": Format("Vertex AI or AutoML CSV", automl.read, automl.write),
    "open-images": Format("Open Images CSV", open_images.read),
    "oidv4": Format("OIDv4 toolkit text", oidv4.read, folder=True),
    "kitti": Format("KITTI labels", kitti.read, kitti.write, folder=True),
    "via3": Format("VGG Image Annotator 3 project", via3.read, via3.write, options=("attribute",)),
    "labelme": Format("labelme JSON (also X-AnyLabeling)", labelme.read, labelme.write, True),
    "labelme-xml": Format("LabelMe XML", labelme_xml.read, folder=True),
    "cvat": Format("CVAT XML", cvat.read, cvat.write),
    "dlib": Format("dlib XML (imglab)", dlib_xml.read, dlib_xml.write),
    "label-studio": Format("Label Studio JSON", label_studio.read, label_studio.write),
    "createml": Format("CreateML JSON", createml.read, createml.write),
    "vott": Format("VoTT JSON", vott.read, vott.write),
}


def read(
    name: str,
    source: Union[str, Path],
    images: Union[str, Path],
    options: ReadOptions = NOTHING_CHOSEN,
) -> Annotations:
    """Reads annotations of any format.

    Args:
        name: of ``FORMATS``, or ``auto``.
        source: file or folder.
        images: the image folder.
        options: what the files leave open.

    Raises:
        BadInput: there is no such format, nothing of it, or an option that it does not have.
    """
    if not Path(source).exists():
        raise BadInput(f"{source}: no such file or folder. Check the path.")
    if name == AUTO:  # a table whose columns have to be named is of no program that is known
        name = "csv" if options.columns else guess(source)
    if name not in FORMATS:
        raise BadInput.of(
            "format", repr(name), f"one of {', '.join([*FORMATS, AUTO])}", "Name one of these."
        )
    for option in CHOICES:
        if getattr(options, option) and option not in FORMATS[name].options:
            raise _not_for(name, option, getattr(options, option))
    return FORMATS[name].read(source, images, options)


def _not_for(name: str, option: str, value: str) -> BadInput:
    having = [own for own, chosen in FORMATS.items() if option in chosen.options]
    return BadInput.of(
        option,
        f"{value!r} for {FORMATS[name].title}",
        "none",
        f"Leave it out; it is for {' and '.join(having) or 'no format'}.",
    )


def guess(source: Union[str, Path]) -> str:
    """Tells the format of a file or a folder by what is in it.

    Returns:
        A name of ``FORMATS``.

    Raises:
        BadInput: it is missing, of no known format, or there are several; it is a file of another
            tool, which it then names.
    """
    fits = [(path, first_fit(SIGNATURES, path)) for path in _samples(Path(source))]
    known = [(path, signature) for path, signature in fits if signature]
    main = [(path, signature) for path, signature in known if not signature.aside] or known
    names = {signature.format for _, signature in main if signature.format}
    formats = sorted(names, key=list(FORMATS).index)
    if len(formats) == 1:
        return formats[0]
    if main and not formats:
        path, signature = main[0]
        raise BadInput.of(path, signature.tool, "annotations", signature.remedy)
    raise BadInput.of(
        source,
        f"annotations of {len(formats)} formats ({', '.join(formats)})"
        if formats
        else "no annotations of a known format",
        f"one of the formats {', '.join(FORMATS)}",
        "Name the format, or give the file or folder itself.",
    )


def _samples(source: Path) -> Iterator[Path]:
    """Files that are enough to tell: every kind, but not thousands of one."""
    counts: Dict[str, int] = {}
    for path in text_io.below(source, ("",)):
        suffix = path.suffix.lower()
        counts[suffix] = counts.get(suffix, 0) + 1
        if counts[suffix] <= _MOST_SAMPLES:
            yield path
