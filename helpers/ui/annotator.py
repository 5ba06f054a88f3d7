"""Boxes drawn by hand in the notebook, saved as LabelImg XML while they are drawn.

jupyter_bbox_widget handles the mouse; this module shows the images and passes on the boxes.
"""

from __future__ import annotations

import html
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Union

import ipywidgets
from IPython.display import HTML

from helpers.annotations import xml_paths
from helpers.annotations.formats import voc
from helpers.annotations.reading import ReadOptions
from helpers.structures.dataset import class_names
from helpers.structures.errors import HelpersError
from helpers.system.files import PathLike
from helpers.ui import annotation_canvas
from helpers.ui.annotation_canvas import CanvasBox, CanvasImage
from helpers.ui.annotation_editor import AnnotationEditor
from helpers.ui.annotator_bar import HELP, AnnotatorBar, on_click
from helpers.ui.bbox_widget import ClassInput
from helpers.ui.keyboard import AREA, DRAWN_ON, DRAWS_OVER, Keys
from helpers.ui.marks import Mark
from helpers.ui.photo_canvas import PhotoCanvas

ZOOM = 1.5  # by a key or a button
_PAN = 0.25  # of the canvas, by a key


def annotate(
    images: PathLike,
    annotations: PathLike,
    classes: str = "",
    cache: Optional[PathLike] = None,
    drafts: Optional[PathLike] = None,
    marks: Sequence[Mark] = (),
) -> Union["Annotator", HTML]:
    """The annotator, or a sentence with the reason where the annotations are not XML.

    Args:
        images: the image folder.
        annotations: the folder of the XML files; it may be empty or not exist yet.
        classes: names to choose from, separated by commas; those in the XML are added.
        cache: a file that keeps what unchanged XML files contain; ``None`` keeps nothing.
        drafts: the folder of the drafts that a model made; ``None`` shows none.
        marks: where to look; where there are any, their images alone are shown, in their order.

    Raises:
        BadInput: there is no image in the folder, or not one that is marked.
    """
    folder = Path(annotations)
    if not xml_paths.may_hold_xml(folder):
        return HTML(
            f"<p>{html.escape(str(folder))} holds no XML as LabelImg writes it, so that "
            "nothing can be drawn here. It is read below as it is.</p>"
        )
    options = ReadOptions(cache=Path(cache) if cache else None)
    has_xml = any(path.suffix.lower() == ".xml" for path in xml_paths.files_below(folder))
    used = class_names(voc.read(folder, images, options).records) if has_xml else []
    names = [name.strip() for name in [*classes.split(","), *used]]
    editor = AnnotationEditor(images, annotations, drafts, [mark.filename for mark in marks])
    return Annotator(editor, [name for name in names if name], marks)


class Annotator(ipywidgets.VBox):
    """Images to draw boxes on, one at a time.

    Opens at the first image without XML, or with marks at the first one. An existing XML is shown,
    and boxes that nobody edits stay as they are. One that cannot be read is never written over.

    Args:
        editor: opens and saves the images.
        classes: names to choose from; their order gives digits and colours. Those of the drafts
            follow, and more can be added.
        marks: where to look.

    Attributes:
        paths: of the images, in the order in which they are shown.
        bar: the buttons.
        canvas: the ``BBoxWidget``.
    """

    def __init__(
        self, editor: AnnotationEditor, classes: Sequence[str] = (), marks: Sequence[Mark] = ()
    ) -> None:
        self._editor, self.paths = editor, editor.paths
        self._unsaved = False  # whether the canvas has what could not be written
        first = self.paths[0] if marks else self._first_unannotated()
        self._keys = Keys(layout={"display": "none"})
        self._photo = PhotoCanvas(editor, editor.open(first), self._keys, self._show_status, marks)
        self.canvas = self._photo.widget
        self.class_input = ClassInput(self.canvas)
        self.bar = AnnotatorBar(len(self.paths))
        self.bar.number.value = self.paths.index(first) + 1
        self._listen()
        super().__init__(
            [self.bar, self.canvas, self.class_input, ipywidgets.HTML(HELP), self._keys]
        )
        self.add_class(DRAWN_ON)
        self.add_class(AREA)
        self.class_input.add([*classes, *editor.drafted_classes()])
        self._open(self._photo.image)

    def _reactions(self) -> Dict[str, Callable[[], None]]:
        """What each key does; the canvas itself has further ones."""
        zoom, pan = self._photo.zoom, self._photo.pan
        return {
            "p": self.copy_previous,
            "P": self.copy_previous,
            "Ctrl+z": self.undo,
            "Ctrl+y": self.redo,
            "Ctrl+Z": self.redo,  # with the shift key
            "+": partial(zoom, ZOOM),
            "=": partial(zoom, ZOOM),  # the same key without shift
            "-": partial(zoom, 1 / ZOOM),
            "ArrowLeft": partial(pan, -_PAN, 0),
            "ArrowRight": partial(pan, _PAN, 0),
            "ArrowUp": partial(pan, 0, -_PAN),
            "ArrowDown": partial(pan, 0, _PAN),
        }

    def _listen(self) -> None:
        self.canvas.observe(self._on_boxes, "bboxes")
        self.canvas.observe(lambda change: self._update_view_only(), "classes")
        self.canvas.on_submit(self.submit)
        self.canvas.on_skip(self.skip)
        reactions = self._reactions()
        self._keys.observed_keys = list(reactions)
        self._keys.on_key(lambda key: reactions[key]())
        self.bar.number.observe(self._on_number, "value")
        self.bar.draw_over.observe(self._on_draw_over, "value")
        on_click(self.bar.previous, partial(self._move, -1))
        on_click(self.bar.first_unannotated, lambda: self.go_to(self._first_unannotated()))
        on_click(self.bar.copy, self.copy_previous)
        on_click(self.bar.undo, self.undo)
        on_click(self.bar.redo, self.redo)
        on_click(self.bar.zoom_in, partial(self._photo.zoom, ZOOM))
        on_click(self.bar.zoom_out, partial(self._photo.zoom, 1 / ZOOM))
        on_click(self.bar.whole, partial(self._photo.zoom, 0))

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
        if self._photo.image.record.path == self.path:
            return
        if self._leave():
            self._open(self._editor.open(self.path))
        else:
            self.bar.number.value = change["old"]

    def _leave(self) -> bool:
        """Saves what could not be saved before; returns whether nothing would be lost."""
        return not self._unsaved or self._save(self._photo.image, self._photo.boxes)

    def _open(self, image: CanvasImage) -> None:
        self._unsaved = False
        self.class_input.add(label for label in image.record.objects.labels if label.strip())
        self._photo.show(image)
        self._update_view_only()

    def _update_view_only(self) -> None:
        """Allows drawing on an image that can be read, once there is a class."""
        problem = self._photo.image.problem
        if not problem and not self.canvas.classes:
            problem = "Name a class below, then draw."
        self.canvas.view_only = bool(problem)
        self._show_status(problem)

    def _move(self, steps: int) -> None:
        self.bar.number.value += steps

    def _first_unannotated(self) -> str:
        missing = (path for path in self.paths if not self._editor.is_annotated(path))
        return next(missing, self.paths[0])

    def submit(self) -> None:
        """Saves the boxes on the canvas, also if there are none, and moves on."""
        photo = self._photo
        if not photo.is_behind and self._save(photo.image, photo.boxes, done=True):
            self._move_on()

    def skip(self) -> None:
        """Moves on; an image without annotation stays without."""
        if not self._photo.is_behind:
            self._move_on()

    def _move_on(self) -> None:
        if self.bar.number.value < len(self.paths):
            self._move(1)
        else:
            self.go_to(self.path)  # where drafts were accepted, they are no longer dashed
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
        view = self._photo.image.view
        try:
            path = change()
        except HelpersError as problem:
            self._show_status(str(problem))
            return
        if path is None:
            self._show_status(nothing)
            return
        same = path == self._photo.image.record.path
        self.go_to(path)
        if same:
            self._photo.look(view)

    def copy_previous(self) -> None:
        """Adds the boxes of the image annotated before, and saves them."""
        photo = self._photo
        if photo.is_behind or self.canvas.view_only:
            return
        try:
            record = self._editor.with_previous(photo.image, photo.boxes)
        except HelpersError as problem:
            self._show_status(str(problem))
            return
        photo.show(annotation_canvas.with_record(photo.image, record))
        self._save(photo.image, photo.boxes)

    def _on_boxes(self, change: Mapping[str, Any]) -> None:
        boxes, seen, photo = change["new"], self._photo.seen, self._photo
        if boxes == photo.boxes:
            return
        if seen is photo.image:
            photo.boxes = boxes
            self._save(seen, boxes)
            photo.remove_accidental()
            return
        self._save(seen, boxes)
        if photo.is_behind:
            self.canvas.bboxes = photo.boxes
        else:
            record = annotation_canvas.edited_record(seen, boxes)
            photo.show(annotation_canvas.with_record(photo.image, record))

    def _save(self, image: CanvasImage, boxes: Sequence[CanvasBox], done: bool = False) -> bool:
        """Saves what has changed; returns whether all is as it was seen, so that one may go on."""
        self._unsaved = image is self._photo.image
        try:
            instead = self._editor.save(image, boxes, done)
        except HelpersError as problem:
            self._show_status(f"Not saved. {problem}")
            return False
        self._unsaved = False
        self._show_status()
        if instead and instead.record.path == self._photo.image.record.path:
            self._photo.show(instead)
            self._show_status("Changed elsewhere meanwhile: this is what there is now.")
            return not done
        return True

    def _show_status(self, problem: str = "") -> None:
        path = self._photo.image.record.path
        self.bar.status.value = (
            f"<b>{html.escape(path)}</b> &nbsp; {html.escape(self._editor.state(path))}"
            f" &nbsp; <b style='color:#b00020'>{html.escape(problem)}</b>"
        )
