"""Boxes drawn by hand in the notebook, saved as LabelImg XML while they are drawn.

What the mouse does is jupyter_bbox_widget's; here is what becomes of it.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence, Union

import ipywidgets
from IPython.display import HTML

from helpers.annotations import voc
from helpers.annotations.image_index import ImageIndex
from helpers.structures.dataset import ImageRecord, class_names
from helpers.structures.errors import BadInput, HelpersError
from helpers.system.files import PathLike
from helpers.ui import annotation_canvas, thumbnails
from helpers.ui.annotation_canvas import Box, Places, Sheet
from helpers.ui.bbox_widget import Classes, drawing_widget
from helpers.ui.keyboard import DRAWN_ON, DRAWS_OVER, Keys

_HELP = """<div style="line-height:1.5; font-size:12px; max-width:850px"><b>Draw</b> with the
mouse; drag a box or its edges to change it, click on the &times; at its corner to delete it.
<b>Class</b>: click on one above or press its digit; click on the name of a box, or press C, to give
it the chosen class.<br><b>Enter</b> (Submit): this image is done, with or without boxes.
<b>Space</b> (Skip): later. Every change is saved at once.</div>"""


def annotate(
    images: PathLike, annotations: PathLike, classes: str = "", cache: Optional[PathLike] = None
) -> Union["Annotator", HTML]:
    """The annotator, or a sentence that says why not where annotations are no XML.

    Args:
        images: the image folder.
        annotations: the folder of the XML files, empty or not there yet as well.
        classes: names to choose from, with commas between them; those in the XML are added.
        cache: a file that remembers what unchanged XML files held; ``None`` remembers nothing.

    Raises:
        BadInput: there is no image in the folder.
    """
    place = Path(annotations)
    suffixes = {path.suffix.lower() for path in annotation_canvas.files_below(place)}
    if place.is_file() or (suffixes and ".xml" not in suffixes):
        return HTML(
            f"<p>{html.escape(str(place))} holds no XML as LabelImg writes it, so that "
            "nothing can be drawn here. It is read below as it is.</p>"
        )
    used = class_names(voc.read(place, images, cache).records) if suffixes else []
    names = [name.strip() for name in [*classes.split(","), *used]]
    return Annotator(images, annotations, [name for name in names if name])


class Annotator(ipywidgets.VBox):
    """Images to draw boxes on, one at a time.

    Opens at the first image that has no XML yet. An XML that is there is shown, and what nobody
    touches in it stays as it is. One that cannot be read is never written over.

    Args:
        images: the image folder.
        annotations: the folder of the XML files; made when the first one is saved.
        classes: names to choose from; their order gives digits and colours. More can be added.

    Attributes:
        paths: of all images, sorted.
        canvas: the ``BBoxWidget``.

    Raises:
        BadInput: there is no image in the folder.
    """

    def __init__(self, images: PathLike, annotations: PathLike, classes: Sequence[str] = ()):
        self._folder = ImageIndex(images)
        self.paths = self._folder.paths
        if not self.paths:
            raise BadInput.of(images, "no image", "at least one", "Check the path.")
        self._places = Places(self._folder, annotations)
        self._sheet: Optional[Sheet] = None
        self._before: Optional[Sheet] = None
        self._on_screen: List[Box] = []
        self._saved: Dict[str, Optional[ImageRecord]] = {}
        self._make_controls()
        super().__init__(
            [self._bar, self.canvas, self.new_class, ipywidgets.HTML(_HELP), self._keys]
        )
        self.add_class(DRAWN_ON)
        self.new_class.add(classes)
        self.go_to(self._first_without())

    def _make_controls(self) -> None:
        self.canvas = drawing_widget()
        self.canvas.observe(self._drawn, "bboxes")
        self.canvas.observe(lambda change: self._allow(), "classes")
        self.canvas.on_submit(self.submit)
        self.canvas.on_skip(self.skip)
        self._keys = Keys(layout={"display": "none"})
        self.back = ipywidgets.Button(
            icon="arrow-left", tooltip="the image before", layout={"width": "48px"}
        )
        self.back.on_click(lambda button: self._step(-1))
        self.number = ipywidgets.BoundedIntText(
            1, min=1, max=len(self.paths), layout={"width": "80px"}
        )
        self.number.observe(lambda change: self._open(), "value")
        self.to_do = ipywidgets.Button(
            description="first one to do",
            icon="fast-forward",
            tooltip="the first image without annotation",
        )
        self.to_do.on_click(lambda button: self.go_to(self._first_without()))
        self.over = ipywidgets.ToggleButton(
            description="draw over boxes",
            icon="clone",
            tooltip="on: a box can begin inside another one",
        )
        self.over.observe(self._draw_over, "value")
        self.status = ipywidgets.HTML()
        self._bar = ipywidgets.HBox(
            [
                self.back,
                self.number,
                ipywidgets.Label(f"of {len(self.paths)}"),
                self.to_do,
                self.over,
                self.status,
            ]
        )
        self.new_class = Classes(self.canvas)

    def _draw_over(self, change: Mapping) -> None:
        (self.add_class if change["new"] else self.remove_class)(DRAWS_OVER)

    @property
    def path(self) -> str:
        """The image on the screen, relative to the image folder."""
        return self.paths[self.number.value - 1]

    def go_to(self, path: str) -> None:
        """Puts an image on the screen.

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
        place = self._places[self.path]
        sheet = annotation_canvas.opened(self.path, place, self._folder)
        self._before, self._sheet = self._sheet, sheet
        self._saved[self.path] = sheet.record if place.exists() else None
        self.new_class.add(label for label in sheet.record.objects.labels if label.strip())
        self._on_screen = sheet.given
        with self.canvas.require_sync():
            self.canvas.image_bytes = thumbnails.as_jpeg(sheet.view.image, quality=90)
            self.canvas.bboxes = sheet.given
            self.canvas.selected_index = -1
        self._keys.turn += 1
        self._allow()

    def _allow(self) -> None:
        """Lets draw where there is something to draw on, and a class to name it by."""
        problem = self._sheet.problem if self._sheet else ""
        if not problem and not self.canvas.classes:
            problem = "Name a class below, then draw."
        self.canvas.view_only = bool(problem)
        self._say(problem)

    def _step(self, steps: int) -> None:
        self.number.value += steps

    def _first_without(self) -> str:
        return next((path for path in self.paths if not self._places[path].exists()), self.paths[0])

    @property
    def _late(self) -> bool:
        """What the browser tells was done before it showed the image that is open now."""
        return self._before is not None and not self._keys.caught_up

    def submit(self) -> None:
        """Saves the image as it is on the screen, also without a box, and goes on."""
        if not self._late and self._save(self._sheet, self._on_screen, done=True):
            self._go_on()

    def skip(self) -> None:
        """Goes on; an image without annotation stays one."""
        if not self._late:
            self._go_on()

    def _go_on(self) -> None:
        if self.number.value < len(self.paths):
            self._step(1)
        else:
            self._say("That was the last image.")

    def _drawn(self, change: Mapping) -> None:
        boxes = change["new"]
        if boxes == self._on_screen:
            return
        if self._late:
            self._save(self._before, boxes)
            self.canvas.bboxes = self._on_screen
        else:
            self._on_screen = boxes
            self._save(self._sheet, boxes)
            self._wipe_slips()

    def _wipe_slips(self) -> None:
        """Takes slips of the mouse off the screen; the last box may still be in the making."""
        boxes = self._on_screen
        kept = [place for place, box in enumerate(boxes) if not annotation_canvas.is_slip(box)]
        if len(kept) == len(boxes) or annotation_canvas.is_slip(boxes[-1]):
            return
        selected = self.canvas.selected_index
        self._on_screen = [boxes[place] for place in kept]
        with self.canvas.require_sync():
            self.canvas.bboxes = self._on_screen
            self.canvas.selected_index = kept.index(selected) if selected in kept else -1

    def _save(self, sheet: Sheet, boxes: Sequence[Box], done: bool = False) -> bool:
        """Writes the XML when there is something new to say; whether nothing stopped it."""
        if sheet.problem:
            return True
        record, held = annotation_canvas.drawn(sheet, boxes), self._saved[sheet.record.path]
        nothing_yet = not len(record.objects) and not done
        if annotation_canvas.same(held, record) if held else nothing_yet:
            self._say()
            return True
        try:
            voc.write_one(record, self._places[record.path], self._folder.root)
        except HelpersError as problem:
            self._say(f"Not saved. {problem}")
            return False
        self._saved[record.path] = record
        self._say()
        return True

    def _say(self, problem: str = "") -> None:
        held = self._saved.get(self.path)
        state = (
            f"boxes in {self._places[self.path].name}: {len(held.objects)}"
            if held
            else "no annotation yet"
        )
        self.status.value = (
            f"<b>{html.escape(self.path)}</b> &nbsp; "
            f"{html.escape(state)} &nbsp; <b style='color:#b00020'>{html.escape(problem)}</b>"
        )
