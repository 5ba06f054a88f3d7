"""Whether the hardware is enough for the job: a GPU, and disk space for the checkpoints."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import List

import psutil

from helpers.structures.errors import BadInput
from helpers.system import files

_GPU_INSTANCE = re.compile(r"ml\.(p|g)\d")
# What TensorFlow 1.15 opens before it takes a GPU.
_LIBRARIES = (
    ["libcuda.so.1"]
    + [
        f"lib{name}.so.10.0"
        for name in ("cudart", "cublas", "cufft", "curand", "cusolver", "cusparse")
    ]
    + ["libcudnn.so.7"]
)
_FIRST_TENSOR_CORES = (7, 0)
_SMI_SECONDS = 10
_CGROUP = Path("/sys/fs/cgroup")
# The limit and what is taken of it, in the second and in the first version of control groups.
_CGROUP_MEMORY = (
    (_CGROUP / "memory.max", _CGROUP / "memory.current"),
    (_CGROUP / "memory" / "memory.limit_in_bytes", _CGROUP / "memory" / "memory.usage_in_bytes"),
)


def check_gpu(resources: Path) -> List[str]:
    """The names of the GPUs that TensorFlow sees; empty where none is expected.

    One is expected where SageMaker, the environment or the driver says so, unless
    ``CUDA_VISIBLE_DEVICES`` hides it.

    Args:
        resources: ``resourceconfig.json``; may be missing.

    Raises:
        BadInput: there should be one and TensorFlow sees none; names the likely reason.
    """
    import tensorflow as tf

    seen = [device.name for device in tf.config.experimental.list_physical_devices("GPU")]
    if os.environ.get("CUDA_VISIBLE_DEVICES", "0") in ("", "-1"):
        return seen
    told_by = _told_by(resources)
    if seen or not told_by:
        return seen
    missing = [name for name in _LIBRARIES if not _loads(name)]
    if missing:
        raise BadInput.of(
            told_by,
            "a GPU that TensorFlow cannot use, for want of " + ", ".join(missing),
            "the driver and CUDA 10.0 with cuDNN 7",
            "Build the image on a base with CUDA 10.0 and start it with the GPUs "
            "(docker run --gpus all), or choose a machine without a GPU.",
        )
    raise BadInput.of(
        told_by,
        "a GPU that TensorFlow does not see",
        "one that it sees",
        "TensorFlow's own lines in the log say why; set CUDA_VISIBLE_DEVICES=-1 to "
        "train without it.",
    )


def _told_by(resources: Path) -> str:
    """Who says that there is a GPU; empty when nobody does."""
    instance = (
        files.read_json(resources).get("current_instance_type", "") if resources.exists() else ""
    )
    if _GPU_INSTANCE.match(instance):
        return f"the instance {instance}"
    if os.environ.get("SM_NUM_GPUS", "0") not in ("", "0"):
        return f"SM_NUM_GPUS={os.environ['SM_NUM_GPUS']}"
    return "nvidia-smi" if _smi_lists_a_gpu() else ""


def _smi_lists_a_gpu() -> bool:
    program = shutil.which("nvidia-smi")
    if not program:
        return False
    try:
        listed = subprocess.run([program, "-L"], stdout=subprocess.PIPE, timeout=_SMI_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return listed.stdout.startswith(b"GPU ")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_tensor_cores() -> bool:
    """Whether TensorFlow sees a GPU that is faster at half precision."""
    import tensorflow as tf

    return tf.test.is_gpu_available(min_cuda_compute_capability=_FIRST_TENSOR_CORES)


def available_memory() -> int:
    """Bytes that this process may still take, in a container those of its limit."""
    free = psutil.virtual_memory().available
    for limit, used in _CGROUP_MEMORY:
        if limit.is_file() and used.is_file() and limit.read_text().strip().isdigit():
            free = min(free, int(limit.read_text()) - int(used.read_text()))
    return max(0, free)


def check_space(checkpoints: str, archive: Path, size: int, keep: int) -> int:
    """The most that the job will still write, bytes.

    Args:
        checkpoints: the folder of the checkpoints; in a store there is always room.
        archive: ``/opt/ml/model``.
        size: bytes of a checkpoint.
        keep: how many of the newest are kept, beside the best and the one being written.

    Raises:
        BadInput: a disk has less room.
    """
    # Into the archive go the newest and the best, and graphs no larger than two of them.
    needs = [(Path(checkpoints), (keep + 2) * size)] * ("://" not in checkpoints)
    needs.append((archive, 4 * size))
    left = [(folder, max(0, need - _taken(folder))) for folder, need in needs]
    if len({_existing(folder).stat().st_dev for folder, _ in left}) == 1:
        left = [(left[0][0], sum(need for _, need in left))]
    for folder, need in left:
        free = shutil.disk_usage(str(_existing(folder))).free
        if free < need:
            raise BadInput.of(
                folder,
                f"{as_text(free)} free",
                f"{as_text(need)} for {keep + 2} checkpoints of {as_text(size)} and the model",
                "Free some space, give the job a larger volume, or a smaller keep_checkpoint_max.",
            )
    return sum(need for _, need in left)


def _taken(folder: Path) -> int:
    """Bytes of what an earlier start left there and this one will replace."""
    return sum(path.stat().st_size for path in folder.glob("**/model.ckpt-*") if path.is_file())


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def as_text(size: float) -> str:
    """A number of bytes for people, as in ``1.5 GB``."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} GB" if size < 1000 else f"{size / 1000:.3g} TB"
