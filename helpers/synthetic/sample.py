"""The built-in sample: a seeded data set of drawn photos of apples, bananas and donuts.

Nothing is downloaded: every image is a pure function of its number and a seed.
"""

from __future__ import annotations

import math
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Callable, Iterable, List, NamedTuple, Optional, Set, Tuple, Union

import numpy as np
from PIL import Image

from helpers.annotations import voc
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.synthetic import scenery
from helpers.synthetic.fruit_shapes import DRAWERS
from helpers.synthetic.lighting import Light, Sprite, cast_shadow, paste, photograph, random_light
from helpers.system import files, processes

CLASSES = tuple(DRAWERS)
SIZES = ((320, 240), (240, 320), (288, 288), (320, 256), (256, 320))
COUNTS = (0.26, 0.33, 0.26, 0.15)  # chances of an image with 1, 2, 3, 4 objects
BARE_EVERY = 13  # images: the last of them shows no object
NEAR, FAR = 0.56, 0.32  # an object's length by the camera's distance, of the short side
GROWTH = (0.8, 1.2)  # things of one class differ in size
LEAST_INSIDE, LEAST_VISIBLE = 0.75, 0.65
NEIGHBOURLY = 0.4  # chance of trying to lie close to another object
TRIES = 25
JPEG_QUALITY = 88
COUNT = 640
PER_PROCESS = 24  # fewer images than that are not worth starting a process for


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
    objects = LabeledBoxes.from_rows((one.label, _tight_box(one.mask)) for one in scene.placed)
    width, height = image.size
    objects = replace(objects, truncated=_cut_off(objects, image))
    return image, ImageRecord(name(index), width, height, objects)


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


def write(
    out: Union[str, Path],
    count: int = COUNT,
    seed: int = 0,
    progress: Optional[Callable[[int, int], None]] = None,
) -> List[ImageRecord]:
    """Writes the data set: ``img/sample-0001.jpg`` ... and ``annotations/sample-0001.xml`` ...

    Drawn on all cores. Run again, it writes the same bytes; a larger ``count`` only adds
    images.

    Args:
        out: the folder to write below.
        count: number of images, at least 1.
        seed: see ``render``.
        progress: called after each image with how many are done and ``count``.

    Returns:
        The records in the order of the files' names.

    Raises:
        BadInput: a number is out of range, the folder holds other images or annotations, or it
            cannot be written.
    """
    if count < 1 or not 0 <= seed < 2**32:
        raise BadInput.of(
            "sample",
            f"count {count} and seed {seed}",
            "a count of at least 1 and a seed from 0 to 2**32 - 1",
            "Give other numbers.",
        )
    out = Path(out)
    images = {name(index) for index in range(count)}
    _refuse_others(out / "img", images)
    _refuse_others(out / "annotations", {_annotation(image) for image in images})
    records = []
    for record in _write_all(partial(_write_one, out, seed), count):
        records.append(record)
        if progress is not None:
            progress(len(records), count)
    return records


def _annotation(image: str) -> str:
    return Path(image).with_suffix(".xml").name


def _refuse_others(folder: Path, own: Set[str]) -> None:
    found = sorted(path.name for path in folder.glob("*")) if folder.is_dir() else []
    others = [other for other in found if other not in own and not other.startswith(".")]
    if others:
        raise BadInput.of(
            folder,
            f"{len(others)} other files, the first one {others[0]}",
            "nothing but this sample's own files",
            "Give an empty folder, or remove this one first.",
        )


def _write_all(write_one: Callable[[int], ImageRecord], count: int) -> Iterable[ImageRecord]:
    workers = min(processes.cores(), math.ceil(count / PER_PROCESS))
    if workers == 1:
        yield from map(write_one, range(count))
        return
    # Forked children of a process that has run TensorFlow may hang, hence fresh ones.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=fresh) as pool:
        yield from pool.map(write_one, range(count), chunksize=4)


def _write_one(out: Path, seed: int, index: int) -> ImageRecord:
    image, record = render(index, seed)
    images = out / "img"
    with files.replacing(images / record.path) as beside:
        image.save(str(beside), "JPEG", quality=JPEG_QUALITY)
    voc.write_one(record, out / "annotations" / _annotation(record.path), images)
    return record


def name(index: int) -> str:
    """File name of an image: ``sample-0001.jpg`` is number 0."""
    return f"sample-{index + 1:04d}.jpg"


def _strew(rng: np.random.RandomState, canvas: np.ndarray, light: Light) -> None:
    """Lays things that are no class on the table, in place."""
    height, width = canvas.shape[:2]
    short = min(height, width)
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
        sprite = draw(rng, share * short, light)
        _drop(canvas, sprite, rng.randint(width), rng.randint(height), light, lift * share * short)


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
    if solid.sum() < LEAST_INSIDE * (sprite.alpha >= 0.5).sum():
        return None
    older = [one._replace(visible=one.visible & ~solid) for one in placed]
    if any(one.visible.sum() < LEAST_VISIBLE * one.mask.sum() for one in older):
        return None
    return older + [_Placed(label, solid, solid)]


def _tight_box(mask: np.ndarray) -> List[int]:
    """Corner points of a mask as LabelImg writes them: whole numbers, the smallest being 1."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return [max(1, columns[0]), max(1, rows[0]), columns[-1] + 1, rows[-1] + 1]


def _cut_off(objects: LabeledBoxes, image: Image.Image) -> Tuple[bool, ...]:
    """LabelImg's rule for ``truncated``: the box touches the image's border."""
    width, height = image.size
    return tuple(
        bool(x_min == 1 or y_min == 1 or x_max == width or y_max == height)
        for x_min, y_min, x_max, y_max in objects.boxes
    )
