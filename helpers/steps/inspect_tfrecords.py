"""What record files hold, and every record that training would fail on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Sequence, Union

from helpers.structures.label_map import LabelMap
from helpers.tfrecords import framing, inspection, tfrecord
from helpers.tfrecords.inspection import Inspection, Problem
from helpers.tfrecords.tfrecord import RecordImage

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class TfrecordInspection:
    """The contents of record files.

    Attributes:
        inspection: of each file.
    """

    inspection: Inspection

    @property
    def problems(self) -> List[Problem]:
        """Missing shards, records that cannot be trained on, records that come twice."""
        return self.inspection.problems

    def rows(self) -> List[Dict[str, Any]]:
        """Counts of each file, for a table."""
        return inspection.as_rows(self.inspection)

    def as_text(self) -> str:
        """Counts of each file and the problems."""
        return "\n".join(inspection.as_text(self.inspection))

    def problems_as_text(self) -> str:
        """The problems alone."""
        return "\n".join(inspection.problem_lines(self.problems))

    def as_dict(self) -> Dict[str, Any]:
        """All of it, as JSON has it."""
        return inspection.as_dict(self.inspection)


def inspect_tfrecords(
    targets: Sequence[Union[str, Path]], label_map: Optional[LabelMap] = None, jobs: int = 0
) -> TfrecordInspection:
    """Reads every record of these files.

    Args:
        targets: record files, names that shards share, patterns or folders.
        label_map: what ids and names must agree with; ``None`` asks only for ids from 1.
        jobs: number of processes; 0 is one a core.

    Raises:
        BadInput: a file is missing.
    """
    paths = [path for target in targets for path in framing.matching(target)]
    return TfrecordInspection(
        inspection.inspect(list(dict.fromkeys(paths)), label_map, jobs=max(0, jobs))
    )


def first_images(target: Union[str, Path], label_map: LabelMap, count: int) -> List[RecordImage]:
    """The first images of a split as its records hold them, for looking at them.

    Args:
        target: the name that the shards share, as ``eval.record``.
        label_map: of the records.
        count: at most.

    Raises:
        BadInput: there are no such files.
    """
    images = tfrecord.read(framing.matching(target), label_map)
    return [image for image, _ in zip(images, range(count))]


def show_images(images: Sequence[RecordImage], label_map: LabelMap) -> Figure:
    """Images from records with their boxes, side by side.

    Args:
        images: of :func:`first_images`.
        label_map: of the records; its order gives the colours.
    """
    from helpers.ui import plots

    cells = [(plots.decode(image.encoded), image.filename, [image.objects]) for image in images]
    return plots.grid(cells, label_map.names)
