"""A trained model drafts boxes on photos that have no annotation, for a person to decide."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
from tqdm.auto import tqdm

from helpers.annotations import label_map_file, xml_paths
from helpers.annotations.formats import voc
from helpers.annotations.image_index import ImageIndex
from helpers.annotations.reading import ReadOptions
from helpers.annotations.xml_paths import XmlPaths
from helpers.inference import collected, fastest, photo_reader
from helpers.inference.collected import Collected
from helpers.inference.drafts import Draft, DraftFolder
from helpers.inference.fastest import FASTEST
from helpers.inference.model_folder import ModelFolder
from helpers.inference.registry import BACKENDS
from helpers.inference.uncertainty import uncertainty
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import DatasetFolders, ImageRecord, class_names
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.system import files

__all__ = ["BACKENDS", "FASTEST", "DatasetFolders", "PrelabelOptions", "Prelabels", "prelabel"]


class PrelabelOptions(NamedTuple):
    """What becomes a draft, and what runs the model.

    Attributes:
        threshold: least score of a draft, 0..1; by default that of ``pi/detect.py``.
        classes: the user's, separated by commas; those in the XML are added. Where there are any,
            others give no drafts.
        backend: one of ``registry.BACKENDS``, or ``FASTEST``.
        cache: a file that keeps what unchanged XML files contain; ``None`` keeps nothing.
    """

    threshold: float = 0.6
    classes: str = ""
    backend: str = FASTEST
    cache: Optional[Path] = None


_DEFAULTS = PrelabelOptions()


@dataclass(frozen=True)
class Prelabels:
    """The drafts that wait for a person.

    Attributes:
        drafts: of all photos without annotation, the least certain photo first.
        new: how many photos the model ran on now.
        annotated: how many photos have an annotation and get no drafts.
        unreadable: why a photo cannot be read.
        only_model: classes of the model that are none of the user's: no drafts.
        only_user: classes of the user that the model does not know.
        times: milliseconds an image of each backend that was tried, the one used first.
        problem: why the model here makes no drafts; else empty.
        collected: how many photos have drafts now that the device made of them.
    """

    drafts: Tuple[Draft, ...] = ()
    new: int = 0
    annotated: int = 0
    unreadable: Tuple[str, ...] = ()
    only_model: Tuple[str, ...] = ()
    only_user: Tuple[str, ...] = ()
    times: Dict[str, float] = field(default_factory=dict)
    problem: str = ""
    collected: int = 0

    def rows(self) -> List[Dict[str, Any]]:
        """One row for each photo with drafts, the least certain first, for a table."""
        return [
            {
                "filename": draft.record.path,
                "drafts": len(draft.record.objects),
                "uncertainty": round(draft.uncertainty, 3),
            }
            for draft in self.drafts
        ]

    def as_text(self) -> str:
        """What was drafted, what was not and why, in lines."""
        home = [f"{self.collected} photos have drafts of the device"] if self.collected else []
        if self.problem:
            unread = [f"left out: {why}" for why in self.unreadable]
            return "\n".join([*home, *unread, self.problem])
        boxes = sum(len(draft.record.objects) for draft in self.drafts)
        lines = [
            f"{len(self.drafts)} photos without annotation, {boxes} drafts on them "
            f"(the model ran on {self.new} photos now; {self.annotated} are annotated)"
        ]
        if self.times:
            spent = ", ".join(f"{name} {time:.1f} ms" for name, time in self.times.items())
            lines.append(f"backend: {next(iter(self.times))} (an image: {spent})")
        for classes, what in (
            (self.only_model, "of the model, not among yours, so no drafts"),
            (self.only_user, "of yours that the model does not know: draw them yourself"),
        ):
            if classes:
                lines.append(f"{', '.join(classes)}: {what}")
        return "\n".join([*home, *lines, *(f"left out: {why}" for why in self.unreadable)])


def prelabel(
    graph: Path, folders: DatasetFolders, drafts: Path, options: PrelabelOptions = _DEFAULTS
) -> Prelabels:
    """Runs the exported model over the photos without XML and keeps what it finds as drafts.

    Nothing is written into the folders of the photos and annotations. Drafts that a person has
    changed stay; those of the same model stay, too, so that an interrupted run goes on; those of
    photos that have been annotated since are removed. What ``detect.py --collect`` drafted on the
    device, in a folder ``drafts`` beside that of the photos, is taken over for photos that have no
    drafts yet, also where there is no model here.

    Args:
        graph: the folder of the exported model.
        folders: of the photos, and of their XML files, which need not exist yet.
        drafts: the folder of the drafts.
        options: what becomes a draft.

    Returns:
        With a ``problem`` where there is no model yet, where it knows no class of the user's, or
        where the annotations are not XML.

    Raises:
        BadInput: there is no such backend, or a file cannot be read or written.
    """
    _require_threshold(options.threshold)
    model = ModelFolder.at(graph)
    home = _from_device(folders, drafts)
    came = Prelabels(collected=home.new, unreadable=home.unreadable)
    problem = _problem(model, Path(folders.annotations))
    if problem:
        return replace(came, problem=problem)
    label_map, users = label_map_file.read(model.label_map), _user_classes(folders, options)
    drafting = _Drafting(folders, drafts, model, label_map, users, options)
    if not drafting.wanted:
        return replace(
            came,
            problem=f"{model.folder}: the model knows {', '.join(label_map.names)}; yours are "
            f"{', '.join(users)}: no drafts. Name the model's classes in CLASSES to have them.",
        )
    made = drafting.run()
    return replace(made, collected=home.new, unreadable=came.unreadable + made.unreadable)


def _from_device(folders: DatasetFolders, drafts: Path) -> Collected:
    """Takes over the drafts that lie beside the photos; none where annotations are not XML."""
    images, annotations = Path(folders.images), Path(folders.annotations)
    beside = collected.folder_of(images)
    if not any(beside.glob("*.xml")) or not xml_paths.may_hold_xml(annotations):
        return Collected()
    index = ImageIndex(images)
    xml = XmlPaths(index, annotations)
    waiting = [path for path in index.paths if not xml[path].exists()]
    return collected.take_over(index, waiting, DraftFolder(drafts, images))


def _require_threshold(threshold: float) -> None:
    if not 0 < threshold <= 1:
        raise BadInput.of("threshold", f"{threshold}", "above 0, at most 1", "Correct it.")


def _problem(model: ModelFolder, annotations: Path) -> str:
    if not model.label_map.is_file():
        return (
            f"{model.folder}: no exported model yet, so no drafts. Train one (notebook 04_train), "
            "then run this again."
        )
    if not xml_paths.may_hold_xml(annotations):
        return (
            f"{annotations}: no XML as LabelImg writes it, so no drafts: they are for photos "
            "that have none yet."
        )
    return ""


def _user_classes(folders: DatasetFolders, options: PrelabelOptions) -> List[str]:
    named = [name.strip() for name in options.classes.split(",")]
    if xml_paths.files_below(Path(folders.annotations)):
        read = voc.read(folders.annotations, folders.images, ReadOptions(cache=options.cache))
        named += class_names(read.records)
    return sorted({name for name in named if name})


class _Drafting:
    """One run over the photos of a folder."""

    def __init__(
        self,
        folders: DatasetFolders,
        drafts: Path,
        model: ModelFolder,
        label_map: LabelMap,
        users: Sequence[str],
        options: PrelabelOptions,
    ) -> None:
        self._index = ImageIndex(folders.images)
        self._xml = XmlPaths(self._index, folders.annotations)
        self._place = DraftFolder(drafts, folders.images)
        self._model, self._label_map = model, label_map
        self._users, self._options = users, options
        self.wanted = [name for name in label_map.names if name in users or not users]

    def run(self) -> Prelabels:
        missing = [path for path in self._index.paths if not self._xml[path].exists()]
        keys = self._keys(missing)
        todo = self._without_drafts(keys)
        times, unreadable = self._detect(todo, keys) if todo else ({}, [])
        waiting = set(missing)
        order = [path for path in self._place.least_certain_first() if path in waiting]
        return Prelabels(
            tuple(filter(None, map(self._place.read, order))),
            len(todo) - len(unreadable),
            len(self._index.paths) - len(missing),
            tuple(unreadable),
            tuple(name for name in self._label_map.names if name not in self.wanted),
            tuple(self._label_map.unknown(self._users)),
            times,
        )

    def _keys(self, paths: Iterable[str]) -> Dict[str, str]:
        """What changes when the drafts on a photo would: the model, the options or the photo."""
        graph = files.sha256(self._model.require(self._model.frozen_graph.name))
        same = [graph, self._options.threshold, *self.wanted]
        texts = {path: json.dumps([*same, *files.stamp(self._index.root / path)]) for path in paths}
        return {
            path: hashlib.sha256(text.encode()).hexdigest()[:16] for path, text in texts.items()
        }

    def _without_drafts(self, keys: Dict[str, str]) -> List[str]:
        """Removes drafts that nobody changed and that no longer hold; the photos without any."""
        kept = set()
        for draft in self._place:
            path = draft.record.path
            if draft.edited or (path in keys and draft.key in (keys[path], collected.KEY)):
                kept.add(path)
            else:
                self._place.remove(path)
        return [path for path in keys if path not in kept]

    def _detect(
        self, todo: Sequence[str], keys: Dict[str, str]
    ) -> Tuple[Dict[str, float], List[str]]:
        backend, times = fastest.choose(self._options.backend, self._model, self._label_map)
        size, unreadable = (2 * backend.width, 2 * backend.height), []
        photos = photo_reader.read_ahead([self._index.root / path for path in todo], size)
        with tqdm(total=len(todo), desc="drafting boxes", unit="photo", disable=None) as bar:
            for path, (_, photo) in zip(todo, photos):
                if isinstance(photo, BadInput):
                    unreadable.append(photo.cause)
                else:
                    objects = photo.in_full_size(backend.detect(photo.pixels))
                    record = ImageRecord(path, photo.width, photo.height, objects)
                    self._place.write(self._draft(record, keys[path]))
                bar.update()
        return times, unreadable

    def _draft(self, record: ImageRecord, key: str) -> Draft:
        labels = record.objects.labels
        known = record.objects.select(np.array([name in self.wanted for name in labels], bool))
        sure = known.with_min_score(self._options.threshold)
        whole = LabeledBoxes(np.round(sure.boxes), sure.labels, sure.scores)
        solid = (whole.boxes[:, :2] < whole.boxes[:, 2:]).all(axis=1)
        drawn = ImageRecord(record.path, record.width, record.height, whole.select(solid))
        return Draft.of(drawn, uncertainty(known), key)
