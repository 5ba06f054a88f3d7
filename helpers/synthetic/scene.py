"""Scenes of the built-in sample: objects on a table, photographed, and the box of each.

Nothing is downloaded: every image is a pure function of its number and a seed.
"""

from __future__ import annotations

import math
from typing import List, NamedTuple, Optional, Tuple

import numpy as np
from PIL import Image

from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.synthetic import scenery
from helpers.synthetic.fruit_shapes import DRAWERS
from helpers.synthetic.lighting import Light, Sprite, cast_shadow, paste, photograph, random_light

CLASSES = tuple(DRAWERS)
SIZES = ((320, 240), (240, 320), (288, 288), (320, 256), (256, 320))
COUNTS = (0.26, 0.33, 0.26, 0.15)  # chances of an image with 1, 2, 3, 4 objects
BARE_EVERY = 13  # images: the last of them shows no object
NEAR, FAR = 0.56, 0.32  # an object's length by the camera's distance, of the shorter edge
GROWTH = (0.8, 1.2)  # things of one class differ in size
MIN_INSIDE, MIN_VISIBLE = 0.75, 0.65
NEIGHBOURLY = 0.4  # chance of trying to lie close to another object
TRIES = 25


class _Placed(NamedTuple):
    """One object on the image: its class, its own mask (h, w) and what is still seen of it."""

    label: str
    mask: np.ndarray
    visible: np.ndarray


class _Scene(NamedTuple):
    """What the camera sees, (h, w, 3), and the objects on it, the lowest first."""

    canvas: np.ndarray
    light: Light
    placed: List[_Placed]


def render(index: int, seed: int) -> Tuple[Image.Image, ImageRecord]:
    """Draws one image of the sample.

    Args:
        index: number of the image, from 0.
        seed: seed of the whole data set, 0 to 2**32 - 1.

    Returns:
        The RGB image and its record, whose boxes are the tight integer corner points of each
        object's own outline, hidden parts included, cut at the image's border. The record is
        the same on every numpy; a few pixels in a million may be one level off.
    """
    rng = np.random.RandomState([seed, index])
    scene = _scene(rng, index)
    image = photograph(rng, scene.canvas, scene.light)
    rows = [(item.label, _tight_box(item.mask)) for item in scene.placed]
    truncated = [_touches_border(box, image.size) for _, box in rows]
    objects = LabeledBoxes.from_rows(rows, truncated=truncated)
    width, height = image.size
    return image, ImageRecord(name(index), width, height, objects)


def name(index: int) -> str:
    """File name of an image: ``sample-0001.jpg`` is number 0."""
    return f"sample-{index + 1:04d}.jpg"


def _scene(rng: np.random.RandomState, index: int) -> _Scene:
    """Lays a table; first classes and bare tables go round with ``index``, so that all occur."""
    width, height = SIZES[rng.randint(len(SIZES))]
    light = random_light(rng)
    canvas = scenery.table(rng, height, width, light)
    _strew(rng, canvas, light)
    length = min(width, height) * FAR * (NEAR / FAR) ** rng.uniform()
    placed: List[_Placed] = []
    bare = index % BARE_EVERY == BARE_EVERY - 1
    for number in range(0 if bare else 1 + rng.choice(len(COUNTS), p=COUNTS)):
        label = CLASSES[index % len(CLASSES) if number == 0 else rng.randint(len(CLASSES))]
        sprite = DRAWERS[label](rng, length * rng.uniform(*GROWTH), light)
        placed = _add_object(rng, canvas, light, placed, label, sprite)
    return _Scene(canvas, light, placed)


def _strew(rng: np.random.RandomState, canvas: np.ndarray, light: Light) -> None:
    """Lays things that are no class on the table, in place."""
    height, width = canvas.shape[:2]
    shorter = min(height, width)
    things = [(scenery.plate, rng.uniform(0.6, 1.0), 0.03)] if rng.uniform() < 0.25 else []
    for _ in range(rng.randint(0, 7)):
        things.append(
            (
                (scenery.pebble, rng.uniform(0.04, 0.16), 0.15),
                (scenery.scrap, rng.uniform(0.1, 0.3), 0.02),
                (scenery.stick, rng.uniform(0.2, 0.5), 0.04),
            )[rng.randint(3)]
        )
    for draw, share, lift in things:
        sprite = draw(rng, share * shorter, light)
        _drop(
            canvas, sprite, rng.randint(width), rng.randint(height), light, lift * share * shorter
        )


def _drop(canvas: np.ndarray, sprite: Sprite, x: int, y: int, light: Light, lift: float) -> None:
    """Lays a sprite with its middle at (x, y), with its shadow."""
    left, top = x - sprite.alpha.shape[1] // 2, y - sprite.alpha.shape[0] // 2
    cast_shadow(canvas, sprite.alpha, left, top, light, lift)
    paste(canvas, sprite.rgb, sprite.alpha, left, top)


def _add_object(
    rng: np.random.RandomState,
    canvas: np.ndarray,
    light: Light,
    placed: List[_Placed],
    label: str,
    sprite: Sprite,
) -> List[_Placed]:
    """Lays one more object where it neither leaves the image nor hides another too far.

    Args:
        rng: source of randomness.
        canvas: the scene, changed in place.
        light: the lamp.
        placed: the objects that lie there already.
        label: the class of the new one.
        sprite: the new one.

    Returns:
        All objects; the same ones when no place was found.
    """
    length = max(sprite.alpha.shape)
    for _ in range(TRIES):
        x, y = _spot(rng, placed, length, canvas.shape[:2])
        after = _place(placed, label, sprite, x, y, canvas.shape[:2])
        if after is not None:
            _drop(canvas, sprite, x, y, light, 0.13 * length)
            return after
    return placed


def _spot(
    rng: np.random.RandomState, placed: List[_Placed], length: float, shape: Tuple[int, int]
) -> Tuple[int, int]:
    """A point (x, y) to try: anywhere, or close to an object that lies there already."""
    if not placed or rng.uniform() > NEIGHBOURLY:
        return rng.randint(shape[1]), rng.randint(shape[0])
    mask = placed[rng.randint(len(placed))].mask
    y, x = (axis.mean() for axis in np.nonzero(mask))
    turn = rng.uniform(0, 2 * math.pi)
    reach = rng.uniform(0.3, 0.6) * (length + math.sqrt(mask.sum()))
    return int(x + reach * math.cos(turn)), int(y + reach * math.sin(turn))


def _place(
    placed: List[_Placed], label: str, sprite: Sprite, x: int, y: int, shape: Tuple[int, int]
) -> Optional[List[_Placed]]:
    """The objects after one more was laid with its middle at (x, y); None if it may not be."""
    mask = np.zeros(shape, np.float32)
    paste(
        mask[..., None],
        np.ones(1, np.float32),
        sprite.alpha,
        x - sprite.alpha.shape[1] // 2,
        y - sprite.alpha.shape[0] // 2,
    )
    solid = mask >= 0.5
    if solid.sum() < MIN_INSIDE * (sprite.alpha >= 0.5).sum():
        return None
    older = [item._replace(visible=item.visible & ~solid) for item in placed]
    if any(item.visible.sum() < MIN_VISIBLE * item.mask.sum() for item in older):
        return None
    return older + [_Placed(label, solid, solid)]


def _tight_box(mask: np.ndarray) -> List[int]:
    """Corner points of a mask as LabelImg writes them: whole numbers, the smallest being 1."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return [max(1, columns[0]), max(1, rows[0]), columns[-1] + 1, rows[-1] + 1]


def _touches_border(box: List[int], size: Tuple[int, int]) -> bool:
    """LabelImg's rule for ``truncated``: the box touches the image's border."""
    x_min, y_min, x_max, y_max = box
    return bool(x_min == 1 or y_min == 1 or x_max == size[0] or y_max == size[1])
