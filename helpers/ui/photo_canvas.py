"""What the canvas shows, and which of it the browser has seen: its events may be behind."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Sequence

from helpers.structures.errors import HelpersError
from helpers.ui import annotation_canvas, thumbnails
from helpers.ui.annotation_canvas import CanvasBox, CanvasImage
from helpers.ui.annotation_editor import AnnotationEditor
from helpers.ui.bbox_widget import new_bbox_widget
from helpers.ui.keyboard import Keys
from helpers.ui.marks import Mark, on_canvas
from helpers.ui.photo_view import View


class PhotoCanvas:
    """The drawing widget with the photo on it.

    Args:
        editor: opened the image.
        image: the first to be shown; not before :meth:`show`.
        keys: tell how far the browser has followed.
        report: is called with the reason when another view cannot be shown.
        marks: where to look.

    Attributes:
        widget: the ``BBoxWidget``.
        keys: as given.
        image: opened, or another view of it.
        boxes: on the canvas, as the browser last sent them or as they were shown.
    """

    def __init__(
        self,
        editor: AnnotationEditor,
        image: CanvasImage,
        keys: Keys,
        report: Callable[[str], None],
        marks: Sequence[Mark] = (),
    ) -> None:
        self._editor, self.keys, self._marks = editor, keys, marks
        self.widget = new_bbox_widget()
        self.widget.on_gesture(self._on_gesture)
        self._report = report
        self.image: CanvasImage = image
        self.boxes: List[CanvasBox] = image.boxes
        self._shown: Dict[int, CanvasImage] = {}  # by the revision in which the browser got it
        self._sent: Any = None

    @property
    def seen(self) -> CanvasImage:
        """What the browser shows, and what its events are about."""
        return self._shown.get(self.keys.rendered_revision, self.image)

    @property
    def is_behind(self) -> bool:
        """Whether the browser's events are about another photo than the one opened."""
        return self.seen.record.path != self.image.record.path

    def show(self, image: CanvasImage, keep_selection: bool = False) -> None:
        """Puts a photo and its boxes on the canvas.

        Args:
            image: opened, or another view of the one shown.
            keep_selection: the boxes are those on the canvas, in their order.
        """
        selected = self.widget.selected_index if keep_selection else -1
        self.image, self.boxes = image, image.boxes
        with self.widget.hold_sync():
            if image.thumbnail is not self._sent:
                self.widget.image_bytes = thumbnails.as_jpeg(image.thumbnail.image, quality=90)
            self.widget.bboxes = image.boxes
            self.widget.marks = on_canvas(self._marks, image)
            self.widget.selected_index = selected
        self._sent = image.thumbnail
        self.keys.revision += 1
        rendered = self.keys.rendered_revision
        self._shown = {number: old for number, old in self._shown.items() if number >= rendered}
        self._shown[self.keys.revision] = image

    def _on_gesture(self, content: Mapping[str, Any]) -> None:
        """Zooms and pans; a point is one of what the browser shows."""
        if content["type"] == "zoom":
            self.look(self.image.view.zoomed(content["factor"], content["at"]))
        elif content["type"] == "pan":
            self.look(self.image.view.moved(*content["by"]))
        elif content["type"] == "region":
            self.look(self.seen.view.around(content["first"], content["second"]))

    def zoom(self, factor: float) -> None:
        """Enlarges around the center of the canvas; 0 shows the whole photo."""
        view = self.image.view
        self.look(view.zoomed(factor, (view.canvas[0] / 2, view.canvas[1] / 2)))

    def pan(self, right: float, down: float) -> None:
        """Moves what is shown, by shares of the canvas."""
        view = self.image.view
        self.look(view.moved(right * view.canvas[0], down * view.canvas[1]))

    def look(self, view: View) -> None:
        """Shows another part of the photo; the boxes stay where they are on it.

        Args:
            view: of the same photo on the same canvas.
        """
        if self.is_behind or self.image.problem or view == self.image.view:
            return
        try:
            image = self._editor.look(self.image, self.boxes, view)
        except HelpersError as problem:
            self._report(str(problem))
        else:
            self.show(image, keep_selection=len(image.boxes) == len(self.boxes))

    def remove_accidental(self) -> None:
        """Removes accidental clicks from the canvas; the last box may still be being drawn."""
        boxes = self.boxes
        kept = [i for i, box in enumerate(boxes) if not annotation_canvas.is_accidental(box)]
        if len(kept) == len(boxes) or annotation_canvas.is_accidental(boxes[-1]):
            return
        selected = self.widget.selected_index
        self.boxes = [boxes[index] for index in kept]
        with self.widget.hold_sync():
            self.widget.bboxes = self.boxes
            self.widget.selected_index = kept.index(selected) if selected in kept else -1
