"""What a user says about annotations whose meaning their files leave open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Optional


@dataclass(frozen=True)
class ReadOptions:
    """How annotations are read; every reader takes it and uses what concerns its format.

    Attributes:
        attribute: that holds the class (``json``) or the boxes (``manifest``), where the file
            does not tell; empty lets the file tell.
        cache: a file that remembers what unchanged files held; ``None`` remembers nothing.
        layout: of the lines of YOLO text, such as ``detect`` or ``pose3``, or of COCO's ``bbox``;
            empty lets ``data.yaml`` and the numbers tell.
        columns: what the columns of a table hold, such as ``filename,class,x,y,w,h``; empty lets
            the first line and the values tell.
    """

    attribute: str = ""
    cache: Optional[Path] = None
    layout: str = ""
    columns: str = ""


NOTHING_CHOSEN = ReadOptions()
