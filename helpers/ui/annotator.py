"""Boxes drawn by hand in the notebook, saved as LabelImg XML while they are drawn.

jupyter_bbox_widget handles the mouse; this module shows the images and passes on the boxes.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Union

import ipywidgets
from IPython.display import HTML

from helpers.annotations import xml_paths
from helpers.annotations.formats import voc
from helpers.annotations.reading import ReadOptions
from helpers.structures.dataset import class_names
from helpers.structures.errors import HelpersError
from helpers.system.files import PathLike
from helpers.ui import annotation_canvas, thumbnails
from helpers.ui.annotation_canvas import CanvasBox, CanvasImage
from helpers.ui.annotation_editor import AnnotationEditor
from helpers.ui.annotator_bar import HELP, AnnotatorBar, on_click
from helpers.ui.bbox_widget import ClassInput, new_bbox_widget
from helpers.ui.keyboard import AREA, DRAWN_ON, DRAWS_OVER, Keys


def annotate(
    images: PathLike, annotations: PathLike, classes: str = "", cache: Optional[PathLike] = None
) -> Union["Annotator", HTML]:
    """The annotator, or a sentence with the reason where the annotations are not XML.

    Args:
        images: the image folder.
        annotations: the folder of the XML files; it may be empty or not exist yet.
        classes: names to choose from, separated by commas; those in the XML are added.
        cache: a file that keeps what unchanged XML files contain; ``None`` keeps nothing.

    Raises:
        BadInput: there is no image in the folder.
    """
    folder = Path(annotations)
    suffixes = {path.suffix.lower() for path in xml_paths.files_below(folder)}
    if folder.is_file() or (suffixes and ".xml" not in suffixes):
        return HTML(
            f"<p>{html.escape(str(folder))} holds no XML as LabelImg writes it, so that "
            "nothing can be drawn here. It is read below as it is.</p>"
        )
    options = ReadOptions(cache=Path(cache) if cache else None)
    used = class_names(voc.read(folder, images, options).records) if suffixes else []
    names = [name.strip() for name in [*classes.split(","), *used]]
    return Annotator(images, annotations, [name for name in names if name])


class Annotator(ipywidgets.VBox):
    """Images to draw boxes on, one at a time.

    Opens at the first image without XML. An existing XML is shown, and boxes that nobody edits stay
    as they are. One that cannot be read is never written over.

    Args:
        images: the image folder.
        annotations: the folder of the XML files; created when the first one is saved.
        classes: names to choose from; their order gives digits and colours. More can be added.

    Attributes:
        paths: of all images, sorted.
        bar: the buttons.
        canvas: the ``BBoxWidget``.

    Raises:
        BadInput: there is no image in the folder.
    """

    def __init__(
        self, images: PathLike, annotations: PathLike, classes: Sequence[str] = ()
    ) -> None:
        self._editor = AnnotationEditor(images, annotations)
        self.paths = self._editor.paths
        self._image: CanvasImage = self._editor.open(self._first_unannotated())
        self._boxes: List[CanvasBox] = self._image.boxes
        self._shown: Dict[int, CanvasImage] = {}  # by the revision in which the browser got it
        self._create_canvas()
        self._create_bar()
        super().__init__(
            [self.bar, self.canvas, self.class_input, ipywidgets.HTML(HELP), self._keys]
        )
        self.add_class(DRAWN_ON)
        self.add_class(AREA)
        self.class_input.add(classes)
        self._open(self._image)

    def _create_canvas(self) -> None:
        self.canvas = new_bbox_widget()
        self.canvas.observe(self._on_boxes, "bboxes")
        self.canvas.observe(lambda change: self._update_view_only(), "classes")
        self.canvas.on_submit(self.submit)
        self.canvas.on_skip(self.skip)
        self.class_input = ClassInput(self.canvas)

    def _create_bar(self) -> None:
        self.bar = AnnotatorBar(len(self.paths))
        self.bar.number.value = self.paths.index(self._image.record.path) + 1
        self.bar.number.observe(self._on_number, "value")
        self.bar.draw_over.observe(self._on_draw_over, "value")
        on_click(self.bar.previous, lambda: self._move(-1))
        on_click(self.bar.first_unannotated, lambda: self.go_to(self._first_unannotated()))
        on_click(self.bar.copy, self.copy_previous)
        on_click(self.bar.undo, self.undo)
        on_click(self.bar.redo, self.redo)
        reactions = {
            "p": self.copy_previous,
            "P": self.copy_previous,
            "Ctrl+z": self.undo,
            "Ctrl+y": self.redo,
            "Ctrl+Z": self.redo,  # with the shift key
        }
        self._keys = Keys(observed_keys=list(reactions), layout={"display": "none"})
        self._keys.on_key(lambda key: reactions[key]())

    def _on_draw_over(self, change: Mapping[str, Any]) -> None:
        (self.add_class if change["new"] else self.remove_class)(DRAWS_OVER)

    @property
    def path(self) -> str:
        """The image on the canvas, relative to the image folder."""
        return self.paths[self.bar.number.value - 1]

    def go_to(self, path: str) -> None:
        """Opens an image.

        Args:
            path: relative to the image folder.

        Raises:
            BadInput: there is no such image.
        """
        self._editor.require(path)
        number = self.paths.index(path) + 1
        if number == self.bar.number.value:
            self._open(self._editor.open(path))
        self.bar.number.value = number

    def _on_number(self, change: Mapping[str, Any]) -> None:
        """Opens the image of that number, unless the one shown cannot be saved."""
        if self._image.record.path == self.path:
            return
        if self._leave():
            self._open(self._editor.open(self.path))
        else:
            self.bar.number.value = change["old"]

    def _leave(self) -> bool:
        """Saves what could not be saved before; returns whether nothing would be lost."""
        return self._is_behind or self._save(self._image, self._boxes)

    def _open(self, image: CanvasImage) -> None:
        self.class_input.add(label for label in image.record.objects.labels if label.strip())
        self.canvas.image_bytes = thumbnails.as_jpeg(image.thumbnail.image, quality=90)
        self._show(image)

    def _show(self, image: CanvasImage) -> None:
        """Puts the boxes of an image on the canvas."""
        self._image, self._boxes = image, image.boxes
        with self.canvas.hold_sync():
            self.canvas.bboxes = image.boxes
            self.canvas.selected_index = -1
        self._keys.revision += 1
        rendered = self._keys.rendered_revision
        self._shown = {number: old for number, old in self._shown.items() if number >= rendered}
        self._shown[self._keys.revision] = image
        self._update_view_only()

    def _update_view_only(self) -> None:
        """Allows drawing on an image that can be read, once there is a class."""
        problem = self._image.problem
        if not problem and not self.canvas.classes:
            problem = "Name a class below, then draw."
        self.canvas.view_only = bool(problem)
        self._show_status(problem)

    def _move(self, steps: int) -> None:
        self.bar.number.value += steps

    def _first_unannotated(self) -> str:
        missing = (path for path in self.paths if not self._editor.is_annotated(path))
        return next(missing, self.paths[0])

    @property
    def _seen(self) -> CanvasImage:
        """What the browser shows, and what its events are about: it may be behind."""
        return self._shown.get(self._keys.rendered_revision, self._image)

    @property
    def _is_behind(self) -> bool:
        """Whether the browser's events are about another image than the one opened here."""
        return self._seen.record.path != self._image.record.path

    def submit(self) -> None:
        """Saves the boxes on the canvas, also if there are none, and moves on."""
        if not self._is_behind and self._save(self._image, self._boxes, done=True):
            self._move_on()

    def skip(self) -> None:
        """Moves on; an image without annotation stays without."""
        if not self._is_behind:
            self._move_on()

    def _move_on(self) -> None:
        if self.bar.number.value < len(self.paths):
            self._move(1)
        else:
            self._show_status("That was the last image.")

    def undo(self) -> None:
        """Takes back what was done last, on the canvas and on disk, and goes to that image."""
        self._change_back(self._editor.undo, "Nothing to undo.")

    def redo(self) -> None:
        """Does again what was undone last."""
        self._change_back(self._editor.redo, "Nothing to redo.")

    def _change_back(self, change: Callable[[], Optional[str]], nothing: str) -> None:
        if not self._leave():
            return
        try:
            path = change()
        except HelpersError as problem:
            self._show_status(str(problem))
            return
        if path is None:
            self._show_status(nothing)
        else:
            self.go_to(path)

    def copy_previous(self) -> None:
        """Adds the boxes of the image annotated before, and saves them."""
        if self._is_behind or self.canvas.view_only:
            return
        try:
            record = self._editor.with_previous(self._image, self._boxes)
        except HelpersError as problem:
            self._show_status(str(problem))
            return
        self._show(annotation_canvas.with_record(self._image, record))
        self._save(self._image, self._boxes)

    def _on_boxes(self, change: Mapping[str, Any]) -> None:
        boxes, seen = change["new"], self._seen
        if boxes == self._boxes:
            return
        if seen is self._image:
            self._boxes = boxes
            self._save(seen, boxes)
            self._remove_accidental()
            return
        self._save(seen, boxes)
        if self._is_behind:
            self.canvas.bboxes = self._boxes
        else:
            record = annotation_canvas.edited_record(seen, boxes)
            self._show(annotation_canvas.with_record(self._image, record))

    def _remove_accidental(self) -> None:
        """Removes accidental clicks from the canvas; the last box may still be being drawn."""
        boxes = self._boxes
        kept = [i for i, box in enumerate(boxes) if not annotation_canvas.is_accidental(box)]
        if len(kept) == len(boxes) or annotation_canvas.is_accidental(boxes[-1]):
            return
        selected = self.canvas.selected_index
        self._boxes = [boxes[index] for index in kept]
        with self.canvas.hold_sync():
            self.canvas.bboxes = self._boxes
            self.canvas.selected_index = kept.index(selected) if selected in kept else -1

    def _save(self, image: CanvasImage, boxes: Sequence[CanvasBox], done: bool = False) -> bool:
        """Saves what has changed; returns whether no error occurred."""
        try:
            instead = self._editor.save(image, boxes, done)
        except HelpersError as problem:
            self._show_status(f"Not saved. {problem}")
            return False
        self._show_status()
        if instead and instead.record.path == self._image.record.path:
            self._show(instead)
        return True

    def _show_status(self, problem: str = "") -> None:
        path = self._image.record.path
        self.bar.status.value = (
            f"<b>{html.escape(path)}</b> &nbsp; {html.escape(self._editor.state(path))}"
            f" &nbsp; <b style='color:#b00020'>{html.escape(problem)}</b>"
        )
