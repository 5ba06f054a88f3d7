"""Videos whose container says how their frames are turned, as phones write them."""

import struct

import cv2
import numpy as np

# Clockwise, as the matrix of a track has it.
MATRICES = {
    0: (1, 0, 0, 1),
    90: (0, 1, -1, 0),
    180: (-1, 0, 0, -1),
    270: (0, -1, 1, 0),
    "mirrored": (-1, 0, 0, 1),
    "mirrored on its side": (0, 1, 1, 0),
}
STORED = (96, 64)


def scene(width, height):
    """An image whose quarters differ: red, green / blue, white."""
    image = np.zeros((height, width, 3), np.uint8)
    image[: height // 2, : width // 2] = (0, 0, 255)
    image[: height // 2, width // 2 :] = (0, 255, 0)
    image[height // 2 :, : width // 2] = (255, 0, 0)
    image[height // 2 :, width // 2 :] = 255
    return image


def matrix_bytes(a, b, c, d):
    return struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)


def turned_video(path, matrix):
    """A video that OpenCV writes, with the matrix of its track exchanged."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 10.0, STORED)
    for _ in range(3):
        writer.write(scene(*STORED))
    writer.release()
    data = path.read_bytes()
    at = data.index(b"tkhd") + 4 + 40
    assert data[at : at + 36] == matrix_bytes(1, 0, 0, 1)
    path.write_bytes(data[:at] + matrix_bytes(*matrix) + data[at + 36 :])
