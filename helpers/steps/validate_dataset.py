"""Reads annotations and images and names everything that is wrong or odd about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Union

from helpers.annotations import registry, split_lists
from helpers.annotations.formats.yolo_layout import LAYOUTS as YOLO_LAYOUTS
from helpers.annotations.reading import ReadOptions
from helpers.structures import findings as finding_list
from helpers.structures import findings_report
from helpers.structures.dataset import ImageRecord, box_count, class_counts
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding
from helpers.structures.label_map import LabelMap
from helpers.system import files
from helpers.validation import class_map, image_probe, validate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

AUTO = registry.AUTO
LAYOUTS = tuple(YOLO_LAYOUTS)
FORMATS: Dict[str, str] = {name: kind.title for name, kind in registry.FORMATS.items()}


@dataclass(frozen=True)
class DatasetSource:
    """Annotations as some tool wrote them, and the images they are about.

    Attributes:
        annotations: the folder or file.
        images: the image folder.
        format: one of ``annotations.registry``; ``auto`` tells it by the content.
        attribute: that holds the class (``json``) or the boxes (``manifest``).
        cache: file that keeps what was read of unchanged files; ``None`` keeps nothing.
        layout: of the lines of YOLO text, such as ``detect`` or ``pose3``, or of COCO's ``bbox``.
        columns: what the columns of a table hold, such as ``filename,class,x,y,w,h``.
        class_map: classes to rename, merge or leave out, see ``validation.class_map``.
    """

    annotations: Union[str, Path]
    images: Union[str, Path]
    format: str = registry.AUTO
    attribute: str = ""
    cache: Optional[Path] = None
    layout: str = ""
    columns: str = ""
    class_map: class_map.ClassMap = ""

    @property
    def options(self) -> ReadOptions:
        """How the annotations are read."""
        return ReadOptions(self.attribute, self.cache, self.layout, self.columns)


@dataclass(frozen=True)
class ValidationOptions:
    """What is looked for.

    Attributes:
        image_size: width and height of the detector's input, pixels: boxes that it cannot see are
            findings.
        min_boxes: a class with fewer boxes is a finding.
        decode: decode every pixel, so that broken images are findings; otherwise only headers are
            read.
        label_map: the classes there may be; ``None`` allows any.
    """

    image_size: int = 300
    min_boxes: int = 20
    decode: bool = True
    label_map: Optional[LabelMap] = None


@dataclass(frozen=True)
class DatasetValidation:
    """What was read, and everything wrong or odd about it.

    Attributes:
        source: what was read.
        records: every image that could be read, sorted by path; boxes as they were written.
        findings: sorted by image and object.
    """

    source: DatasetSource
    records: List[ImageRecord]
    findings: List[Finding]

    @property
    def errors(self) -> List[Finding]:
        """The findings with which no record can be made."""
        return finding_list.errors_among(self.findings)

    @property
    def warnings(self) -> List[Finding]:
        """The findings that records can be made of all the same."""
        return [one for one in self.findings if one.severity == finding_list.WARNING]

    def rows(self) -> List[Dict[str, Any]]:
        """The findings for a table."""
        return findings_report.as_rows(self.findings)

    def as_text(self) -> str:
        """The findings, errors first, and how many there are of each kind."""
        return "\n".join(findings_report.as_summary(self.findings))

    def warnings_as_text(self) -> str:
        """The warnings alone, and how many there are of each kind."""
        return "\n".join(findings_report.as_summary(self.warnings))

    def as_dicts(self) -> List[Dict[str, Any]]:
        """The findings as ``findings.json`` has them."""
        return findings_report.as_dicts(self.findings)

    def plot_classes(self) -> Figure:
        """Number of boxes of each class, as bars."""
        from helpers.ui import plots

        return plots.bars(class_counts(self.records), "boxes of each class")

    def counts_as_text(self) -> str:
        """Number of images and of boxes of each class, as one line."""
        return counts_as_text(self.records)


def counts_as_text(records: List[ImageRecord]) -> str:
    """Number of images and of boxes of each class, as one line."""
    return f"{len(records)} images, {box_count(records)} boxes: {class_counts(records)}"


def validate_dataset(
    source: DatasetSource,
    options: Optional[ValidationOptions] = None,
    report: Union[str, Path, None] = None,
) -> DatasetValidation:
    """Reads a data set and checks it; nothing of it is changed.

    Args:
        source: what to read.
        options: what to look for; ``None`` is the default.
        report: where to write the findings as JSON; ``None`` writes nothing.

    Raises:
        BadInput: the folder or file is missing or holds nothing of that format, or the class map
            names a class that does not occur.
    """
    options, chosen = options or ValidationOptions(), class_map.parse(source.class_map)
    target = require_other_file(report, source.annotations) if report else None
    annotations = split_lists.apply(
        registry.read(source.format, source.annotations, source.images, source.options),
        source.annotations,
        source.images,
    )
    if chosen:
        annotations = class_map.apply(annotations, chosen)
    probes = image_probe.probe_images(
        [record.path for record in annotations.records], source.images, options.decode, source.cache
    )
    findings = validate.validate(
        annotations, probes, options.image_size, options.min_boxes, options.label_map
    )
    if target:
        files.write_json(target, findings_report.as_dicts(findings))
    return DatasetValidation(source, annotations.records, findings)


def require_other_file(out: Union[str, Path], annotations: Union[str, Path]) -> Path:
    """The file to write to, unless that would overwrite annotations.

    Raises:
        BadInput: it is the annotation file, or a file that lies among the annotations and is no
            table.
    """
    target, source = Path(out).resolve(), Path(annotations).resolve()
    inside = source in target.parents and target.exists() and target.suffix != ".csv"
    if (target == source and source.exists()) or inside:
        raise BadInput.of(
            out,
            "a file of the annotations that are read",
            "another name, since annotations are never overwritten",
            "Choose one.",
        )
    return Path(out)
