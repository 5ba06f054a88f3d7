"""Opens, saves, undoes: what the annotator does to files, without any widget."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List, Optional, Sequence

from helpers.annotations.formats import voc
from helpers.annotations.image_index import ImageIndex
from helpers.annotations.xml_paths import XmlPaths
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.system.files import PathLike
from helpers.ui import annotation_canvas, edit_history
from helpers.ui.annotation_canvas import CanvasBox, CanvasImage
from helpers.ui.edit_history import Edit, EditHistory


class AnnotationEditor:
    """The images of a folder and their XML files, as they are edited.

    Args:
        images: the image folder.
        annotations: the folder of the XML files; created when the first one is saved.

    Attributes:
        paths: of all images, sorted.

    Raises:
        BadInput: there is no image in the folder.
    """

    def __init__(self, images: PathLike, annotations: PathLike) -> None:
        self._folder = ImageIndex(images)
        self.paths: List[str] = self._folder.paths
        if not self.paths:
            raise BadInput.of(images, "no image", "at least one", "Check the path.")
        self._xml_paths = XmlPaths(self._folder, annotations)
        self._saved: Dict[str, Optional[ImageRecord]] = {}
        self._contents: Dict[str, Optional[bytes]] = {}
        self._edited: List[str] = []
        self._history = EditHistory()

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
        xml = self._xml_paths[path]
        self._contents[path] = edit_history.content_of(xml)
        image = annotation_canvas.open_image(path, xml, self._folder)
        self._saved[path] = image.record if self._contents[path] is not None else None
        return image

    def state(self, path: str) -> str:
        """What is saved of an opened image, in words."""
        saved = self._saved.get(path)
        if saved is None:
            return "no annotation yet"
        return f"boxes in {self._xml_paths[path].name}: {len(saved.objects)}"

    def save(
        self, image: CanvasImage, boxes: Sequence[CanvasBox], done: bool = False
    ) -> Optional[CanvasImage]:
        """Writes the XML if the annotation has changed.

        Where somebody else has changed the XML since it was opened, its boxes and those on the
        canvas are both kept.

        Args:
            image: opened here.
            boxes: on the canvas.
            done: the image counts as annotated, also without boxes.

        Returns:
            What is to be shown instead, where somebody else has changed the XML.

        Raises:
            BadInput: the XML cannot be written, or cannot be read any more.
        """
        if image.problem:
            return None
        record = annotation_canvas.edited_record(image, boxes)
        path, saved = record.path, self._saved[image.record.path]
        unannotated = not len(record.objects) and not done
        if annotation_canvas.same_annotation(saved, record) if saved else unannotated:
            if done:
                self._add_to_history(Edit(path, {}, {}))
            return None
        xml = self._xml_paths[path]
        if edit_history.content_of(xml) != self._contents[path]:
            return self._save_both(record, done)
        self._write(record, xml)
        return None

    def _save_both(self, record: ImageRecord, done: bool) -> CanvasImage:
        opened = self.open(record.path)
        if opened.problem:
            raise BadInput(opened.problem)
        both = annotation_canvas.with_copies(opened.record, record)
        image = annotation_canvas.with_record(opened, both)
        self.save(image, image.boxes, done)
        return image

    def _write(self, record: ImageRecord, xml: Path) -> None:
        path, before = record.path, self._contents[record.path]
        saved = self._saved[path]
        voc.write_one(record, xml, self._folder.root)
        self._contents[path] = edit_history.content_of(xml)
        self._saved[path] = record
        what = annotation_canvas.what_moved(saved, record) if saved else ""
        self._add_to_history(Edit(path, {xml: before}, {xml: self._contents[path]}, what))

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
        earlier = [*self.paths[: self.paths.index(path)], *self._edited]
        annotated = [other for other in earlier if other != path and self.is_annotated(other)]
        if not annotated:
            raise BadInput.of(path, "no image annotated before", "one", "Draw its boxes.")
        xml = self._xml_paths[annotated[-1]]
        previous, problem = annotation_canvas.read_xml(annotated[-1], xml, self._folder)
        if previous is None:
            raise BadInput(problem)
        record = annotation_canvas.edited_record(image, boxes)
        return annotation_canvas.with_copies(record, previous)
