"""Opens, saves, undoes: what the annotator does to files, without any widget."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Dict, List, Optional, Sequence

from helpers.annotations.formats import voc
from helpers.annotations.image_index import ImageIndex
from helpers.annotations.xml_paths import XmlPaths
from helpers.inference import drafts as draft_files
from helpers.inference.drafts import Draft, DraftFolder
from helpers.structures.dataset import ImageRecord, class_names
from helpers.structures.errors import BadInput
from helpers.system.files import PathLike
from helpers.ui import annotation_canvas, edit_history
from helpers.ui.annotation_canvas import CanvasBox, CanvasImage
from helpers.ui.edit_history import Edit, EditHistory
from helpers.ui.photo_view import View


class AnnotationEditor:
    """The images of a folder and their XML files, as they are edited.

    An image without XML may have drafts. Until they are accepted, whatever a person does to that
    image is kept in the file of its drafts, and no XML is written.

    Args:
        images: the image folder.
        annotations: the folder of the XML files; created when the first one is saved.
        drafts: the folder of the drafts; ``None`` shows none.
        only: the images to show, in this order; empty means all.

    Attributes:
        paths: of the images; where ``only`` does not say otherwise, those with drafts come first,
            the least certain before the others, then all others by name.

    Raises:
        BadInput: there is no image in the folder, or not one of those to show.
    """

    def __init__(
        self,
        images: PathLike,
        annotations: PathLike,
        drafts: Optional[PathLike] = None,
        only: Sequence[str] = (),
    ) -> None:
        self._folder = ImageIndex(images)
        if not self._folder.paths:
            raise BadInput.of(images, "no image", "at least one", "Check the path.")
        self._xml_paths = XmlPaths(self._folder, annotations)
        self._drafts = DraftFolder(drafts, images) if drafts else None
        self.paths = self._folder.paths
        for path in only:
            self.require(path)
        self.paths = list(dict.fromkeys(only)) or self._drafted_first()
        self._saved: Dict[str, Optional[ImageRecord]] = {}
        self._waiting: Dict[str, Optional[Draft]] = {}
        self._contents: Dict[str, Dict[Path, Optional[bytes]]] = {}
        self._edited: List[str] = []
        self._history = EditHistory()

    def _drafted_first(self) -> List[str]:
        known = set(self._folder.paths)
        drafted = self._drafts.least_certain_first() if self._drafts else []
        first = [path for path in drafted if path in known and not self.is_annotated(path)]
        return list(dict.fromkeys([*first, *self._folder.paths]))

    def drafted_classes(self) -> List[str]:
        """The classes that drafts have, sorted."""
        return class_names([draft.record for draft in self._drafts or ()])

    def require(self, path: str) -> None:
        """Requires that there is an image.

        Raises:
            BadInput: there is no such image.
        """
        if path not in self.paths:
            raise BadInput.of(
                path, "no such image", f"one in {self._folder.root}", "Check the name."
            )

    def is_annotated(self, path: str) -> bool:
        """Whether an image has an XML."""
        return self._xml_paths[path].exists()

    def open(self, path: str) -> CanvasImage:
        """An image as its files have it now.

        Args:
            path: relative to the image folder.
        """
        self._contents[path] = self._read_files(path)
        image = annotation_canvas.open_image(path, self._xml_paths[path], self._folder)
        draft = None
        if self._drafts and not self.is_annotated(path):
            try:
                draft = self._drafts.read(path)
            except BadInput as error:
                image = image._replace(problem=str(error))
        if draft:
            image = annotation_canvas.with_record(image, draft.record)
        self._waiting[path] = draft
        self._saved[path] = image.record if draft or self.is_annotated(path) else None
        return image

    def look(self, image: CanvasImage, boxes: Sequence[CanvasBox], view: View) -> CanvasImage:
        """Another part of an image, with the boxes as they are on the canvas.

        Args:
            image: on the canvas.
            boxes: on the canvas.
            view: what is to be shown.

        Raises:
            BadInput: the image cannot be read any more.
        """
        return annotation_canvas.with_view(image, boxes, view, self._folder)

    def _read_files(self, path: str) -> Dict[Path, Optional[bytes]]:
        paths = [self._xml_paths[path]]
        if self._drafts:
            paths.append(self._drafts.file_of(path))
        return {file: edit_history.content_of(file) for file in paths}

    def state(self, path: str) -> str:
        """What is saved of an opened image, in words."""
        saved = self._saved.get(path)
        if saved is None:
            return "no annotation yet"
        if self._waiting[path]:
            count = len(saved.objects) - len(draft_files.without_drafts(saved).objects)
            return f"no annotation yet; {count} drafts, dashed: Enter accepts what is shown"
        return f"boxes in {self._xml_paths[path].name}: {len(saved.objects)}"

    def save(
        self, image: CanvasImage, boxes: Sequence[CanvasBox], done: bool = False
    ) -> Optional[CanvasImage]:
        """Writes the XML, or while drafts wait the file of these, if the annotation has changed.

        Where somebody else has changed a file since it was opened, what it holds and what a person
        has drawn here are both kept.

        Args:
            image: opened here.
            boxes: on the canvas.
            done: the image counts as annotated, also without boxes and with all its drafts.

        Returns:
            What is to be shown instead, where somebody else has changed a file.

        Raises:
            BadInput: a file cannot be written, or cannot be read any more.
        """
        if image.problem:
            return None
        record = annotation_canvas.edited_record(image, boxes)
        path, saved = record.path, self._saved[image.record.path]
        accepts = done and self._waiting[path] is not None
        nothing = not len(record.objects) and not done
        same = annotation_canvas.same_annotation(saved, record) if saved else nothing
        if same and not accepts:
            if done:
                self._add_to_history(Edit(path, {}, {}))
            return None
        if self._read_files(path) != self._contents[path]:
            return self._save_both(record)
        self._write(record, done)
        return None

    def _save_both(self, record: ImageRecord) -> CanvasImage:
        """Nothing is accepted by that: nobody has seen yet what somebody else has written."""
        opened = self.open(record.path)
        if opened.problem:
            raise BadInput(opened.problem)
        drawn = draft_files.without_drafts(record)
        both = annotation_canvas.with_copies(opened.record, drawn)
        image = annotation_canvas.with_record(opened, both)
        self.save(image, image.boxes)
        return image

    def _write(self, record: ImageRecord, done: bool) -> None:
        path, before = record.path, self._contents[record.path]
        saved, draft = self._saved[path], self._waiting[path]
        if self._drafts and draft and not done:
            self._drafts.write(replace(draft, record=record, edited=True))
        else:
            voc.write_one(record, self._xml_paths[path], self._folder.root)
            self._waiting[path] = None
            if self._drafts:
                self._drafts.remove(path)
        self._saved[path] = record
        self._contents[path] = after = self._read_files(path)
        changed = [file for file in before if before[file] != after[file]]
        what = annotation_canvas.what_moved(saved, record) if saved and not done else ""
        edit = Edit(
            path,
            {file: before[file] for file in changed},
            {file: after[file] for file in changed},
            what,
        )
        self._add_to_history(edit)

    def _add_to_history(self, edit: Edit) -> None:
        self._history.add(edit)
        if edit.path in self._edited:
            self._edited.remove(edit.path)
        self._edited.append(edit.path)

    def undo(self) -> Optional[str]:
        """Takes back what was done last, on disk.

        Returns:
            The image to be opened again; ``None`` where nothing was done.

        Raises:
            BadInput: a file cannot be written, or somebody else has changed it.
        """
        return self._history.undo()

    def redo(self) -> Optional[str]:
        """Does again what was undone last; as :meth:`undo`."""
        return self._history.redo()

    def with_previous(self, image: CanvasImage, boxes: Sequence[CanvasBox]) -> ImageRecord:
        """What is on the canvas, and the boxes of the image annotated before.

        That is the one edited last here, other than this one; else the nearest before it in the
        folder that has an XML.

        Args:
            image: on the canvas.
            boxes: on the canvas.

        Raises:
            BadInput: there is no such image, or its XML cannot be read.
        """
        path = image.record.path
        folder = self._folder.paths
        earlier = [*folder[: folder.index(path)], *self._edited]
        annotated = [other for other in earlier if other != path and self.is_annotated(other)]
        if not annotated:
            raise BadInput.of(path, "no image annotated before", "one", "Draw its boxes.")
        xml = self._xml_paths[annotated[-1]]
        previous, problem = annotation_canvas.read_xml(annotated[-1], xml, self._folder)
        if previous is None:
            raise BadInput(problem)
        record = annotation_canvas.edited_record(image, boxes)
        return annotation_canvas.with_copies(record, previous)
