"""Keeps which backend was chosen for a model on this device.

In ``backends.json`` below the user's cache folder (``XDG_CACHE_HOME``, else ``~/.cache``), or in
the one that systemd gives a service (``CACHE_DIRECTORY``).
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import platform
import sys
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

import cv2
import numpy as np

from ..device.host import device_name
from ..images import replacing
from .model_bundle import DESCRIPTION, Bundle
from .settings import Settings

# Changes with what is measured and with how detections are computed.
_FORMAT = 1
_MOST = 20  # models and settings
_RUNTIME_PACKAGES = ("tflite_runtime", "ai_edge_litert")


def key(bundle: Bundle, names: Sequence[str], settings: Settings) -> str:
    """Returns what a choice depends on, as one text.

    Args:
        bundle: The model folder; ``model.json`` states the sha256 of every other file.
        names: Of the backends to choose from.
        settings: How they run.
    """
    facts = [
        _FORMAT,
        hashlib.sha256((bundle.folder / DESCRIPTION).read_bytes()).hexdigest(),
        list(names),
        [settings.thread_count(), settings.opencv_backend, settings.opencv_target],
        [platform.machine(), device_name(), sys.version, cv2.__version__, np.__version__],
        [_installed(package) for package in _RUNTIME_PACKAGES],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def read(wanted: str) -> Optional[Tuple[str, str]]:
    """Returns the choice kept under a key, name and reason; None where there is none.

    Args:
        wanted: Of ``key``.
    """
    return _read_all().get(wanted)


def write(wanted: str, choice: Tuple[str, str]) -> None:
    """Keeps a choice; those of long ago make room.

    Args:
        wanted: Of ``key``.
        choice: Name of the backend and the reason.
    """
    kept = [(one, values) for one, values in _read_all().items() if one != wanted]
    content = dict([*kept[1 - _MOST :], (wanted, choice)])
    path = _path()
    # A system that is read-only, or a user without a home, measures at every start.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            part.write_text(json.dumps(content, indent=1), encoding="utf-8")


def _read_all() -> Dict[str, Tuple[str, str]]:
    """Returns every choice that is kept, by its key; what is no choice is left out."""
    try:
        content = json.loads(_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {
        one: (values[0], values[1])
        for one, values in content.items()
        if isinstance(values, list) and [type(value) for value in values] == [str, str]
    }


def _path() -> Path:
    # systemd separates several by colons.
    folder = os.environ.get("CACHE_DIRECTORY", "").split(":")[0]
    if folder:
        return Path(folder) / "backends.json"
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(home) / "photos-to-pi" / "backends.json"


def _installed(package: str) -> List[object]:
    """Returns where a package is and since when, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return []
    return [spec.origin, os.stat(spec.origin).st_mtime_ns]
