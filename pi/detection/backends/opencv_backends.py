"""What OpenCV's DNN module can compute with, and on which processor, as this build has it.

Builds differ: pip's and Debian's have OpenCV's own code on the CPU, and OpenCL where the device
has a driver; OpenVINO and CUDA need a build of one's own.
https://docs.opencv.org/4.x/d6/d0f/group__dnn.html
"""

from __future__ import annotations

from typing import Dict, List, Tuple

import cv2

from ..device.silence_stderr import silence_stderr
from ..errors import InputError
from .settings import DEFAULT, Settings

BACKENDS = {
    "default": "DNN_BACKEND_DEFAULT",
    "opencv": "DNN_BACKEND_OPENCV",
    "openvino": "DNN_BACKEND_INFERENCE_ENGINE",
    "cuda": "DNN_BACKEND_CUDA",
    "vulkan": "DNN_BACKEND_VKCOM",
    "timvx": "DNN_BACKEND_TIMVX",
    "cann": "DNN_BACKEND_CANN",
}
TARGETS = {
    "default": "",
    "cpu": "DNN_TARGET_CPU",
    "cpu-fp16": "DNN_TARGET_CPU_FP16",
    "opencl": "DNN_TARGET_OPENCL",
    "opencl-fp16": "DNN_TARGET_OPENCL_FP16",
    "cuda": "DNN_TARGET_CUDA",
    "cuda-fp16": "DNN_TARGET_CUDA_FP16",
    "vulkan": "DNN_TARGET_VULKAN",
    "myriad": "DNN_TARGET_MYRIAD",
    "npu": "DNN_TARGET_NPU",
}


def available() -> Dict[str, List[str]]:
    """Returns the targets of each backend that this build can use on this device.

    Returns:
        Keys of ``TARGETS`` by key of ``BACKENDS``; what this build lacks is not in it.
    """
    found = {}
    for backend in sorted(set(BACKENDS) - {DEFAULT}):
        numbers = _target_numbers(backend)
        names = [name for name in TARGETS if name != DEFAULT and _target(name) in numbers]
        if names:
            found[backend] = names
    return found


def preferred(settings: Settings) -> Tuple[int, int]:
    """Returns what ``setPreferableBackend`` and ``setPreferableTarget`` take.

    OpenCV itself falls back to the CPU, where it lacks what it was asked for, without a word.

    Args:
        settings: The user's.

    Returns:
        OpenCV's numbers of the backend and of the target; without a target the CPU where the
        backend has it, else what it has first.

    Raises:
        InputError: This build lacks one of them, or cannot use both together.
    """
    numbers = _target_numbers(settings.opencv_backend)
    target = _target(settings.opencv_target)
    if settings.opencv_target == DEFAULT and numbers:
        target = _target("cpu") if _target("cpu") in numbers else numbers[0]
    if target not in numbers:
        kinds = "; ".join(f"{name} on {', '.join(on)}" for name, on in available().items())
        raise InputError(
            f"OpenCV {cv2.__version__} of this device cannot use --opencv-backend"
            f" {settings.opencv_backend} with --opencv-target {settings.opencv_target}; it has:"
            f" {kinds}"
        )
    return int(getattr(cv2.dnn, BACKENDS[settings.opencv_backend])), target


def _target_numbers(backend: str) -> Tuple[int, ...]:
    number = getattr(cv2.dnn, BACKENDS[backend], None)
    if number is None:
        return ()
    # Looking for a processor, OpenCL's loader prints what it lacks.
    with silence_stderr():
        return tuple(int(target) for target in cv2.dnn.getAvailableTargets(number))


def _target(name: str) -> int:
    """Returns OpenCV's number of a target, -1 where this version does not know it."""
    return int(getattr(cv2.dnn, TARGETS[name], -1)) if TARGETS[name] else -1
