"""Pages turned with buttons, a number or the arrow keys."""

from __future__ import annotations

from typing import Any, Callable, Mapping

import ipywidgets

from helpers.ui.keyboard import Keys

_KEY_STEPS = {"ArrowLeft": -1, "ArrowRight": 1}


class Pager(ipywidgets.HBox):
    """A bar that says which page is shown. It listens to keys inside ``keyboard.AREA``.

    Attributes:
        count: of the pages; 0 where there is nothing to show.
        previous: button.
        next: button.
        number: of the page, from 1.
        title: HTML behind the number.
        arrow_keys: the widget that listens to them.
    """

    def __init__(self, page: str, on_turn: Callable[[], None]) -> None:
        """A bar without pages.

        Args:
            page: what tooltips call a page, as in "image".
            on_turn: called after another page was chosen.
        """
        self.count = 0
        self._on_turn = on_turn
        # An invisible widget still listens.
        self.arrow_keys = Keys(
            observed_keys=list(_KEY_STEPS), layout=ipywidgets.Layout(display="none")
        )
        self.arrow_keys.on_key(lambda key: self.move(_KEY_STEPS[key]))
        self.previous = _button("arrow-left", f"previous {page} (left arrow)")
        self.previous.on_click(lambda button: self.move(-1))
        self.next = _button("arrow-right", f"next {page} (right arrow)")
        self.next.on_click(lambda button: self.move(1))
        self.number = ipywidgets.BoundedIntText(min=1, max=1, layout={"width": "80px"})
        self.number.observe(self._on_number, "value")
        self.title = ipywidgets.HTML()
        super().__init__([self.previous, self.number, self.next, self.title, self.arrow_keys])

    @property
    def index(self) -> int:
        """Of the page shown, from 0."""
        return int(self.number.value) - 1

    def reset(self, count: int, index: int = 0) -> None:
        """Sets the number of pages and the one that is shown; ``on_turn`` is not called.

        Args:
            count: of the pages.
            index: from 0.
        """
        self.count = count
        self.number.unobserve(self._on_number, "value")
        self.number.max = max(1, count)
        self.number.value = index + 1
        self.number.observe(self._on_number, "value")

    def move(self, steps: int) -> None:
        """Moves by some pages; the first follows the last.

        Args:
            steps: number of pages; negative moves back.
        """
        if self.count:
            self.number.value = (self.index + steps) % self.count + 1

    def _on_number(self, change: Mapping[str, Any]) -> None:
        self._on_turn()


def _button(icon: str, tooltip: str) -> ipywidgets.Button:
    return ipywidgets.Button(icon=icon, tooltip=tooltip, layout={"width": "48px"})
