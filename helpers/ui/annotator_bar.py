"""Around the canvas: which image is shown, buttons for what the keys do, too, and their help."""

from __future__ import annotations

from typing import Callable

import ipywidgets

HELP = """<div style="line-height:1.5; font-size:12px; max-width:850px"><b>Draw</b> with the
mouse; drag a box or its edges to change it, click on the &times; at its corner to delete it.
<b>Class</b>: click on one above or press its digit; click on the name of a box, or press C, to give
it the chosen class.<br><b>Enter</b> (Submit): this image is done, with or without boxes, and with
the drafts of a model, which are dashed until then. <b>Space</b> (Skip): later. Every change is
saved at once; <b>Ctrl-Z</b> undoes, on disk too and back over Submit, <b>Ctrl-Y</b> redoes.
<b>P</b>: the boxes of the image annotated before.<br><b>Zoom</b>: + and -, the wheel after a click
on the image, or drag with Shift around what is small. <b>Move</b>: the arrow keys, or drag with the
right button.</div>"""


class AnnotatorBar(ipywidgets.HBox):
    """Buttons and the number of the image.

    Args:
        count: of the images.

    Attributes:
        previous: goes back by one image.
        number: of the image, from 1.
        first_unannotated: goes to the first image without annotation.
        draw_over: whether a box can begin inside another one.
        copy: takes over the boxes of the image annotated before.
        undo: takes back what was done last.
        redo: does it again.
        zoom_in: enlarges.
        zoom_out: the reverse.
        whole: shows the whole image.
        status: what is saved, or what went wrong, as HTML.
    """

    def __init__(self, count: int) -> None:
        self.previous = button("arrow-left", "previous image")
        self.number = ipywidgets.BoundedIntText(1, min=1, max=count, layout={"width": "80px"})
        self.first_unannotated = button(
            "fast-forward", "the first image without annotation", "first unannotated"
        )
        self.draw_over = ipywidgets.ToggleButton(
            description="draw over boxes",
            icon="clone",
            tooltip="on: a box can begin inside another one",
        )
        self.copy = button("copy", "the boxes of the image annotated before: P")
        self.undo = button("undo", "undo: Ctrl-Z")
        self.redo = button("repeat", "redo: Ctrl-Y")
        self.zoom_in = button("search-plus", "zoom in: +, or the wheel")
        self.zoom_out = button("search-minus", "zoom out: -, or the wheel")
        self.whole = button("arrows-alt", "the whole image")
        self.status = ipywidgets.HTML()
        super().__init__(
            [
                self.previous,
                self.number,
                ipywidgets.Label(f"of {count}"),
                self.first_unannotated,
                self.draw_over,
                self.copy,
                self.undo,
                self.redo,
                self.zoom_in,
                self.zoom_out,
                self.whole,
                self.status,
            ],
            layout={"flex_flow": "row wrap"},
        )


def button(icon: str, tooltip: str, description: str = "") -> ipywidgets.Button:
    """A button, narrow where it has no description.

    Args:
        icon: a name of Font Awesome.
        tooltip: what it does.
        description: beside the icon.
    """
    layout = {"width": "auto" if description else "40px"}
    return ipywidgets.Button(icon=icon, tooltip=tooltip, description=description, layout=layout)


def on_click(target: ipywidgets.Button, react: Callable[[], None]) -> None:
    """Calls a function without arguments whenever a button is clicked.

    Args:
        target: the button.
        react: is called.
    """
    target.on_click(lambda _: react())
