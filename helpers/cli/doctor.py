"""Checks what this machine has and lacks on the way from photos to a Pi, and how to get it.

Needs nothing but the standard library and runs on any Python from 3.7 on: it has to answer just
when something is missing. Packages are told by what lies on the search path and compared with
``requirements.lock``; none of the big ones is imported here.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shlex
import sys
from pathlib import Path
from typing import Dict, Iterable, List, Sequence, Union

from helpers.aws import identity
from helpers.system import probes, studio, text_table
from helpers.system.probes import Check
from helpers.workspace import ROOT

LOCK = ROOT / "requirements.lock"
WIDGETS_MANIFEST = "share/jupyter/labextensions/@jupyter-widgets/jupyterlab-manager/package.json"

# What a user has heard of; every other package of the lock shares one line.
NAMED_PACKAGES = (
    ("TensorFlow", "tensorflow"),
    ("Object Detection API", "tf-object-detection"),
    ("OpenCV", "opencv-python"),
    ("numpy", "numpy"),
    ("protobuf", "protobuf"),
    ("pycocotools", "pycocotools"),
    ("SageMaker SDK", "sagemaker"),
    ("JupyterLab", "jupyterlab"),
)


def inspect(folder: Union[str, Path] = ".") -> List[Check]:
    """Checks everything that is used, in under 3 seconds, and changes nothing.

    Args:
        folder: The work folder, which need not exist yet: its disk is the one looked at.

    Returns:
        One check for each part, in the order of the table.
    """
    extras = {
        "Docker": studio.docker,
        "docker-compose": probes.compose,
        identity.TITLE: lambda: identity.identity().as_check(),
        "GPU": probes.gpu,
    }
    answers = probes.run_concurrently(dict(extras, OpenCV=opencv_complaint))
    patience = f"no answer within {probes.TIMEOUT:g} s"
    return [
        _python(),
        *packages(installed(sys.path), locked(), Path(sys.prefix), answers.get("OpenCV", "")),
        probes.disk(Path(folder).resolve()),
        *[answers.get(name, Check(name, patience, "missing", required=False)) for name in extras],
    ]


def healthy(checks: Iterable[Check]) -> bool:
    """Whether everything that is needed is installed and compatible."""
    return not any(check.blocks for check in checks)


def table(checks: Sequence[Check]) -> str:
    """Lays the checks out as text, each remedy under the lines that call for it.

    A missing extra is called ``absent``, so that what reads ``missing`` has to be installed.
    """
    indent = " " * max(len(check.name) for check in checks)
    rows = [(check.name, _status(check), check.detail) for check in checks]
    lines: List[str] = []
    for line, check, following in zip(
        text_table.lines(rows, min_widths=(0, 7)), checks, [*checks[1:], None]
    ):
        lines.append(line)
        if check.remedy and (following is None or following.remedy != check.remedy):
            lines.append(f"{indent}  -> {check.remedy}")
    return "\n".join(lines)


def _status(check: Check) -> str:
    return "absent" if check.status == "missing" and not check.required else check.status


def packages(
    versions: Dict[str, str], pins: Dict[str, str], prefix: Path, complaint: str = ""
) -> List[Check]:
    """Compares what is installed with the lock.

    Args:
        versions: What is installed, as from :func:`installed`.
        pins: What should be, as from :func:`locked`.
        prefix: The environment's folder, where JupyterLab's extensions lie.
        complaint: What OpenCV said when it was loaded; empty when all was well.

    Returns:
        One check for each of ``NAMED_PACKAGES``, one for the widgets, one for all others.
    """
    named = {name: _package(title, name, versions, pins) for title, name in NAMED_PACKAGES}
    if named["tensorflow"].status == "ok" and not _has_avx():
        named["tensorflow"] = named["tensorflow"]._replace(
            status="clash", remedy="use a machine whose processor has AVX: the wheel needs it"
        )
    if named["opencv-python"].status == "ok" and complaint:
        named["opencv-python"] = named["opencv-python"]._replace(
            detail=f"{versions['opencv-python']}, but: {complaint}",
            status="clash",
            remedy="sudo apt-get install libgl1 libglib2.0-0, or what your system calls them",
        )
    return [*named.values(), _widgets(versions, pins, prefix), _others(versions, pins)]


def locked() -> Dict[str, str]:
    """Reads the lock.

    Returns:
        Version by normalised package name, without what only another platform needs. Empty where
        the lock is not at hand, as in the training image.
    """
    if not LOCK.is_file():
        return {}
    pin = re.compile(r"([\w.-]+)==(\S+)(?: ; sys_platform == \"(\w+)\")?$")
    found = [pin.match(line) for line in LOCK.read_text(encoding="utf-8").splitlines()]
    return {
        _normal(match.group(1)): match.group(2)
        for match in found
        if match and match.group(3) in (None, sys.platform)
    }


def installed(search_path: Iterable[str]) -> Dict[str, str]:
    """Lists the packages on a search path; the first folder wins, as it does on import.

    Read from the names of folders, because Python 3.7 has no ``importlib.metadata``.

    Args:
        search_path: Folders, as in ``sys.path``.

    Returns:
        Version by normalised package name.
    """
    versions: Dict[str, str] = {}
    for folder in filter(os.path.isdir, search_path):
        for entry in sorted(os.listdir(folder)):
            match = re.match(r"([^-]+)-([^-]+?)(?:-.*)?\.(?:dist|egg)-info$", entry)
            if match:
                versions.setdefault(_normal(match.group(1)), match.group(2))
    return versions


def opencv_complaint() -> str:
    """Loads OpenCV in a process of its own, where a missing system library shows.

    Returns:
        What it complained about; empty when it loaded, and when it is not installed at all.
    """
    answer = probes.run(sys.executable, "-c", "import cv2")
    if answer is None or answer.code == 0 or "No module named 'cv2'" in answer.error:
        return ""
    return answer.error or f"Python ended with code {answer.code}"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _python() -> Check:
    found = f"{platform.python_version()}, {sys.executable}"
    if sys.version_info[:2] == (3, 7):
        return Check("Python", found, "ok")
    return Check(
        "Python",
        found,
        "clash",
        "make setup, then .venv/bin/python; in Studio make "
        "kernel and choose it. TensorFlow 1.15 needs Python 3.7",
    )


def _package(title: str, name: str, versions: Dict[str, str], pins: Dict[str, str]) -> Check:
    found, wanted = versions.get(name), pins.get(name)
    if not found:
        return Check(title, "", "missing", _install(pins, name))
    if wanted in (None, found):
        return Check(title, found, "ok")
    return Check(title, f"{found}, the lock has {wanted}", "clash", _install(pins, name))


def _install(pins: Dict[str, str], *names: str) -> str:
    """The command that puts packages right, in this environment where that is possible."""
    own = sys.prefix != sys.base_prefix or (Path(sys.prefix) / "conda-meta").is_dir()
    if not own or sys.version_info[:2] != (3, 7) or not all(name in pins for name in names):
        return "make setup"
    wanted = " ".join(f"{name}=={pins[name]}" for name in names)
    return f"{shlex.quote(sys.executable)} -m pip install --no-deps {wanted}"


def _widgets(versions: Dict[str, str], pins: Dict[str, str], prefix: Path) -> Check:
    """Asks the widgets' part in JupyterLab which JupyterLab it was made for.

    Where the two do not fit, widgets stay blank in the browser and nothing else complains.
    """
    found, lab = versions.get("ipywidgets"), versions.get("jupyterlab", "none")
    remedy = _install(pins, "ipywidgets", "jupyterlab-widgets")
    manifest = prefix / WIDGETS_MANIFEST
    if not found or not manifest.is_file():
        return Check("ipywidgets", found or "", "missing", remedy)
    needs = json.loads(manifest.read_text(encoding="utf-8"))["dependencies"]
    made_for = re.findall(r"\^(\d+)", needs["@jupyterlab/application"])
    found = f"{found}, made for JupyterLab {' and '.join(made_for)}"
    if lab.split(".")[0] not in made_for:
        return Check("ipywidgets", f"{found}, here is {lab}", "clash", remedy)
    return Check("ipywidgets", found, "ok")


def _others(versions: Dict[str, str], pins: Dict[str, str]) -> Check:
    shown = {"ipywidgets", *[name for _, name in NAMED_PACKAGES]}
    rest = {name: wanted for name, wanted in pins.items() if name not in shown}
    off = [name for name in sorted(rest) if versions.get(name) != rest[name]]
    if not off:
        return Check("other packages", f"{len(rest)} as in the lock", "ok")
    seen = ", ".join(f"{name} {versions.get(name, 'missing')}" for name in off[:4])
    more = f" and {len(off) - 4} more" if len(off) > 4 else ""
    return Check(
        "other packages",
        f"not as in the lock: {seen}{more}",
        "clash",
        _install(pins, *off) if not more else "make distclean && make setup",
    )


def _has_avx(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor has AVX; taken for granted where the system does not tell."""
    text = cpuinfo.read_text() if cpuinfo.is_file() else ""
    return "flags" not in text or " avx" in text
