"""The CPU quotas of a process's control groups, as a container's or a service's.

https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files. ``pi/detection`` has its
own reader of them, as it imports nothing from here.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Iterator, Optional

_MOUNT = "sys/fs/cgroup"
_UNLIMITED = ("max", "-1")  # in version 2 and in version 1 of control groups


def quota_cores(root: Path = Path("/")) -> Optional[int]:
    """The cores that the tightest quota leaves, rounded up, at least 1; ``None`` without one.

    Args:
        root: the folder with ``proc`` and ``sys``.
    """
    quotas = [quota for folder in _group_folders(root) for quota in _quotas_in(folder)]
    return max(1, math.ceil(min(quotas))) if quotas else None


def _group_folders(root: Path) -> Iterator[Path]:
    """The folders of this process's control groups and of all above them.

    The path that ``/proc/self/cgroup`` gives may be the host's, which a container does not see;
    the topmost folder is always there.
    """
    for line in _text(root / "proc" / "self" / "cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        top = root / _MOUNT / "cpu" if controllers else root / _MOUNT
        folder = top
        yield folder
        for part in Path(path.lstrip("/")).parts:
            folder /= part
            yield folder


def _quotas_in(folder: Path) -> Iterator[float]:
    """The quota of one group, in cores, if it has one."""
    second = _text(folder / "cpu.max").split()
    first = [_text(folder / f"cpu.cfs_{name}_us").strip() for name in ("quota", "period")]
    for amount in (second, first):
        if len(amount) == 2 and all(amount) and amount[0] not in _UNLIMITED:
            yield float(amount[0]) / float(amount[1])


def _text(path: Path) -> str:
    """A file's text; empty where there is no such file."""
    return path.read_text() if path.is_file() else ""
