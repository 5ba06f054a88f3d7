"""Boxes drawn by hand in the notebook, saved as LabelImg XML while they are drawn.

jupyter_bbox_widget handles the mouse; this module shows the images and saves the boxes.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence, Union

import ipywidgets
from IPython.display import HTML

from helpers.annotations.formats import voc
from helpers.annotations.image_index import ImageIndex
from helpers.annotations.reading import ReadOptions
from helpers.structures.dataset import ImageRecord, class_names
from helpers.structures.errors import BadInput, HelpersError
from helpers.system.files import PathLike
from helpers.ui import annotation_canvas, thumbnails
from helpers.ui.annotation_canvas import AnnotationPaths, CanvasBox, CanvasImage
from helpers.ui.bbox_widget import ClassInput, new_bbox_widget
from helpers.ui.keyboard import DRAWN_ON, DRAWS_OVER, Keys

_HELP = """<div style="line-height:1.5; font-size:12px; max-width:850px"><b>Draw</b> with the
mouse; drag a box or its edges to change it, click on the &times; at its corner to delete it.
<b>Class</b>: click on one above or press its digit; click on the name of a box, or press C, to give
it the chosen class.<br><b>Enter</b> (Submit): this image is done, with or without boxes.
<b>Space</b> (Skip): later. Every change is saved at once.</div>"""


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
    suffixes = {path.suffix.lower() for path in annotation_canvas.files_below(folder)}
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
        canvas: the ``BBoxWidget``.

    Raises:
        BadInput: there is no image in the folder.
    """

    def __init__(
        self, images: PathLike, annotations: PathLike, classes: Sequence[str] = ()
    ) -> None:
        self._folder = ImageIndex(images)
        self.paths = self._folder.paths
        if not self.paths:
            raise BadInput.of(images, "no image", "at least one", "Check the path.")
        self._xml_paths = AnnotationPaths(self._folder, annotations)
        self._image: Optional[CanvasImage] = None
        self._previous_image: Optional[CanvasImage] = None
        self._boxes: List[CanvasBox] = []
        self._saved: Dict[str, Optional[ImageRecord]] = {}
        self._create_canvas()
        self._create_navigation()
        super().__init__(
            [self._bar, self.canvas, self.class_input, ipywidgets.HTML(_HELP), self._keys]
        )
        self.add_class(DRAWN_ON)
        self.class_input.add(classes)
        self.go_to(self._first_unannotated())

    def _create_canvas(self) -> None:
        self.canvas = new_bbox_widget()
        self.canvas.observe(self._on_boxes, "bboxes")
        self.canvas.observe(lambda change: self._update_view_only(), "classes")
        self.canvas.on_submit(self.submit)
        self.canvas.on_skip(self.skip)
        self.class_input = ClassInput(self.canvas)
        self._keys = Keys(layout={"display": "none"})

    def _create_navigation(self) -> None:
        self.previous = ipywidgets.Button(
            icon="arrow-left", tooltip="previous image", layout={"width": "48px"}
        )
        self.previous.on_click(lambda button: self._move(-1))
        self.number = ipywidgets.BoundedIntText(
            1, min=1, max=len(self.paths), layout={"width": "80px"}
        )
        self.number.observe(lambda change: self._open(), "value")
        self.first_unannotated = ipywidgets.Button(
            description="first unannotated",
            icon="fast-forward",
            tooltip="the first image without annotation",
        )
        self.first_unannotated.on_click(lambda button: self.go_to(self._first_unannotated()))
        self.draw_over = ipywidgets.ToggleButton(
            description="draw over boxes",
            icon="clone",
            tooltip="on: a box can begin inside another one",
        )
        self.draw_over.observe(self._on_draw_over, "value")
        self.status = ipywidgets.HTML()
        count = ipywidgets.Label(f"of {len(self.paths)}")
        self._bar = ipywidgets.HBox(
            [self.previous, self.number, count, self.first_unannotated, self.draw_over, self.status]
        )

    def _on_draw_over(self, change: Mapping[str, Any]) -> None:
        (self.add_class if change["new"] else self.remove_class)(DRAWS_OVER)

    @property
    def path(self) -> str:
        """The image on the canvas, relative to the image folder."""
        return self.paths[self.number.value - 1]

    def go_to(self, path: str) -> None:
        """Opens an image.

        Args:
            path: relative to the image folder.

        Raises:
            BadInput: there is no such image.
        """
        if path not in self.paths:
            raise BadInput.of(
                path, "no such image", f"one in {self._folder.root}", "Check the name."
            )
        number = self.paths.index(path) + 1
        if number == self.number.value:
            self._open()
        self.number.value = number

    def _open(self) -> None:
        xml = self._xml_paths[self.path]
        image = annotation_canvas.open_image(self.path, xml, self._folder)
        self._previous_image, self._image = self._image, image
        self._saved[self.path] = image.record if xml.exists() else None
        self.class_input.add(label for label in image.record.objects.labels if label.strip())
        self._boxes = image.boxes
        with self.canvas.hold_sync():
            self.canvas.image_bytes = thumbnails.as_jpeg(image.thumbnail.image, quality=90)
            self.canvas.bboxes = image.boxes
            self.canvas.selected_index = -1
        self._keys.revision += 1
        self._update_view_only()

    def _update_view_only(self) -> None:
        """Allows drawing on an image that can be read, once there is a class."""
        problem = self._image.problem if self._image else ""
        if not problem and not self.canvas.classes:
            problem = "Name a class below, then draw."
        self.canvas.view_only = bool(problem)
        self._show_status(problem)

    def _move(self, steps: int) -> None:
        self.number.value += steps

    def _first_unannotated(self) -> str:
        missing = (path for path in self.paths if not self._xml_paths[path].exists())
        return next(missing, self.paths[0])

    @property
    def _is_behind(self) -> bool:
        """Whether the browser's events still refer to the previous image."""
        return self._previous_image is not None and not self._keys.up_to_date

    def submit(self) -> None:
        """Saves the boxes on the canvas, also if there are none, and moves on."""
        if not self._is_behind and self._save(self._image, self._boxes, done=True):
            self._move_on()

    def skip(self) -> None:
        """Moves on; an image without annotation stays without."""
        if not self._is_behind:
            self._move_on()

    def _move_on(self) -> None:
        if self.number.value < len(self.paths):
            self._move(1)
        else:
            self._show_status("That was the last image.")

    def _on_boxes(self, change: Mapping[str, Any]) -> None:
        boxes = change["new"]
        if boxes == self._boxes:
            return
        if self._is_behind:
            self._save(self._previous_image, boxes)
            self.canvas.bboxes = self._boxes
        else:
            self._boxes = boxes
            self._save(self._image, boxes)
            self._remove_accidental()

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

    def _save(
        self, image: Optional[CanvasImage], boxes: Sequence[CanvasBox], done: bool = False
    ) -> bool:
        """Writes the XML if the annotation has changed; returns whether no error occurred."""
        if image is None or image.problem:
            return True
        record = annotation_canvas.edited_record(image, boxes)
        saved = self._saved[image.record.path]
        unannotated = not len(record.objects) and not done
        if annotation_canvas.same_annotation(saved, record) if saved else unannotated:
            self._show_status()
            return True
        try:
            voc.write_one(record, self._xml_paths[record.path], self._folder.root)
        except HelpersError as problem:
            self._show_status(f"Not saved. {problem}")
            return False
        self._saved[record.path] = record
        self._show_status()
        return True

    def _show_status(self, problem: str = "") -> None:
        saved = self._saved.get(self.path)
        state = (
            f"boxes in {self._xml_paths[self.path].name}: {len(saved.objects)}"
            if saved
            else "no annotation yet"
        )
        self.status.value = (
            f"<b>{html.escape(self.path)}</b> &nbsp; "
            f"{html.escape(state)} &nbsp; <b style='color:#b00020'>{html.escape(problem)}</b>"
        )
