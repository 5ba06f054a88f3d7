"""TensorBoard in a notebook: in a frame where a browser can reach it, as a link, and its end."""

from __future__ import annotations

import html
from typing import Any, Callable
from urllib.parse import urlparse

from IPython.display import HTML
from ipywidgets import Button, Layout

_STYLE = "width:100%; border:1px solid #ccc"


def view(address: str, embedded: bool, height: int = 800) -> HTML:
    """A link to TensorBoard, with TensorBoard below it.

    Args:
        address: for the browser; ends with a slash.
        embedded: whether to show TensorBoard itself.
        height: of its frame, pixels.
    """
    quoted = html.escape(address, quote=True)
    link = f'<a href="{quoted}" target="_blank" rel="noopener">TensorBoard: {quoted}</a>'
    if not embedded:
        return HTML(f"<p>{link}</p>")
    port = urlparse(address).port
    hint = (
        "If the frame stays empty, this browser is on another machine; there, run "
        f"<code>ssh -L {port}:127.0.0.1:{port} HOST</code>."
    )
    frame = f'<iframe src="{quoted}" height="{height}" style="{_STYLE}"></iframe>'
    return HTML(f"<p>{link}. {hint}</p>{frame}")


def stop_button(stop: Callable[[], Any]) -> Button:
    """A button that ends TensorBoard, and says so.

    Args:
        stop: ends it; a second call does nothing.
    """
    button = Button(description="Stop TensorBoard", icon="stop", layout=Layout(width="auto"))

    def on_click(_: Button) -> None:
        stop()
        button.description, button.icon, button.disabled = "TensorBoard has ended", "check", True

    button.on_click(on_click)
    return button
