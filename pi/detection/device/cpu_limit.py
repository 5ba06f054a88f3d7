"""How many cores this process may use, which may be fewer than the processor has."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Iterator, List

_UNLIMITED = ("max", "-1")  # in cgroup version 2 and 1


def usable_cores(root: Path = Path("/")) -> int:
    """Returns the number of cores that this process may use.

    The least of its CPU affinity (``taskset``) and the CPU quotas of its control group and of
    those above it (``CPUQuota=`` of a systemd unit, ``docker run --cpus``), rounded up. Where there
    is neither, as outside Linux, the number of cores of the processor.
    https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files

    Args:
        root: The folder with ``proc`` and ``sys``.

    Returns:
        1 or more.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, min([cores, *map(math.ceil, _quotas(root))]))


def _quotas(root: Path) -> Iterator[float]:
    """Yields every CPU quota that binds this process, in cores."""
    for folder in _control_groups(root):
        version_1 = _words(folder / "cpu.cfs_quota_us") + _words(folder / "cpu.cfs_period_us")
        for words in (_words(folder / "cpu.max"), version_1):
            if len(words) == 2 and words[0] not in _UNLIMITED:
                yield int(words[0]) / int(words[1])


def _control_groups(root: Path) -> Iterator[Path]:
    """Yields the folders of this process's control groups and of all above them.

    In a container they may be those of the host, which are not there; the topmost always is.
    """
    for line in _words(root / "proc/self/cgroup", "\n"):
        _, controllers, group = line.split(":", 2)
        mount = root / "sys/fs/cgroup"
        if controllers:  # version 1
            if "cpu" not in controllers.split(","):
                continue
            mount /= "cpu"
        folder = mount / group.lstrip("/")
        yield from [folder, *folder.parents][: len(folder.parts) - len(mount.parts) + 1]


def _words(path: Path, separator: str = " ") -> List[str]:
    """Returns the parts of a file's text; none where it cannot be read."""
    try:
        return path.read_text().strip().split(separator)
    except OSError:
        return []
