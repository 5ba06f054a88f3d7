"""Lines of YOLO text in every layout that tools write, from boxes in pixels."""

import numpy as np

SIZE = (640, 480)


def random_box(rng, size=SIZE):
    """A box of at least 8 pixels in the image, ``[x_min, y_min, x_max, y_max]``."""
    lengths = [int(rng.randint(8, max(9, length // 2))) for length in size]
    low = [rng.randint(0, length - own + 1) for length, own in zip(size, lengths)]
    return np.array([*low, *np.add(low, lengths)], float)


def centred(box):
    """Centre and size."""
    return [*(box[:2] + box[2:]) / 2, *box[2:] - box[:2]]


def outline(rng, box, points):
    """A drawn outline of so many points that touches all sides of the box; x, y, x, y and so on."""
    angles = np.sort(rng.uniform(0, 2 * np.pi, points - 4))
    angles = np.sort(np.concatenate([angles, np.arange(4) * np.pi / 2])) + rng.uniform(0.1, 0.6)
    rays = np.stack([np.cos(angles), np.sin(angles)], 1) * rng.uniform(0.7, 1, (points, 1))
    low, high = rays.min(0), rays.max(0)
    return ((rays - low) / (high - low) * (box[2:] - box[:2]) + box[:2]).ravel()


def turned(rng, box):
    """The corners of a turned rectangle that touches all sides of the box."""
    share_x, share_y = rng.uniform(0.1, 0.9, 2)
    (left, top, right, bottom), (width, height) = box, box[2:] - box[:2]
    return np.array(
        [
            *(left + share_x * width, top),
            *(right, top + share_y * height),
            *(right - share_x * width, bottom),
            *(left, bottom - share_y * height),
        ]
    )


def keypoints(rng, box, count):
    """Keypoints in the box, (count, 2)."""
    return rng.uniform(box[:2], box[2:], (count, 2))


def in_fractions(values, size=SIZE):
    """Pixels x, y, x, y as fractions, in as many decimals as tools write."""
    return [f"{value / size[index % 2]:.6f}" for index, value in enumerate(values)]


def line(kind, box, rng, track=1, size=SIZE, points=5):
    """The words after the class in a layout.

    Args:
        kind: of ``KINDS``.
        box: of the object, pixels.
        rng: for outlines, keypoints and confidences.
        track: the number of the object's track.
        size: of the image.
        points: how many an outline or the keypoints have.
    """
    confidence, four = f"{rng.uniform(0.1, 1):.4f}", in_fractions(centred(box), size)
    spots = keypoints(rng, box, points)
    drawn = in_fractions(outline(rng, box, max(points, 5)), size)
    seen = [in_fractions(spot, size) + [str(rng.randint(1, 3))] for spot in spots]
    return {
        "detect": four,
        "confidence": [*four, confidence],
        "track": [*four, confidence, str(track)],
        "track-only": [*four, str(track)],
        "pose2": four + in_fractions(spots.ravel(), size),
        "pose3": [*four, *(word for spot in seen for word in spot)],
        "segment": drawn,
        "segment-confidence": [*drawn, confidence],
        "segment-track": [*drawn, confidence, str(track)],
        "obb": in_fractions(turned(rng, box), size),
        "obb-confidence": [*in_fractions(turned(rng, box), size), confidence],
        "detect-pixels": [f"{value:g}" for value in centred(box)],
        "corners-pixels": [f"{value:g}" for value in box],
        "xywh-pixels": [f"{value:g}" for value in (*box[:2], *box[2:] - box[:2])],
        "segment-pixels": [f"{value:.2f}" for value in outline(rng, box, max(points, 5))],
    }[kind]


KINDS = (
    *("detect", "confidence", "track", "track-only", "pose2", "pose3"),
    *("segment", "segment-confidence", "segment-track", "obb", "obb-confidence"),
    *("detect-pixels", "corners-pixels", "xywh-pixels", "segment-pixels"),
)
