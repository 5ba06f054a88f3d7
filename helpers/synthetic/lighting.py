"""Light, texture and camera of the built-in sample: what makes its images resemble photos.

Everything here works on float32 arrays in 0..1 and takes its randomness from the caller's
``numpy.random.RandomState``, whose streams are frozen across numpy versions. Scalars are plain
Python numbers (``math``, not ``numpy``), since numpy 2 lets its own scalars widen an array.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

TILE = 512
# rows and columns of the coarsest lattice, octaves, weight of an octave against the one before
_TEXTURES = {
    "blades": (128, 18, 1, 1.0),
    "clouds": (3, 3, 6, 0.55),
    "grain": (24, 1, 4, 0.7),
    "grit": (128, 128, 2, 0.8),
    "spots": (24, 24, 3, 0.5),
}


class Light(NamedTuple):
    """A lamp far away: unit vector from the table to it (x right, y down, z to the viewer)."""

    x: float
    y: float
    z: float
    ambient: float


class Sprite(NamedTuple):
    """A drawn thing: colour float32 (h, w, 3) and coverage float32 (h, w), both in 0..1."""

    rgb: np.ndarray
    alpha: np.ndarray


def random_light(rng: np.random.RandomState) -> Light:
    """Draws a lamp 35 to 65 degrees above the table, from any direction."""
    turn = rng.uniform(0, 2 * math.pi)
    lift = math.radians(rng.uniform(35, 65))
    flat = math.cos(lift)
    return Light(
        flat * math.cos(turn), flat * math.sin(turn), math.sin(lift), rng.uniform(0.38, 0.55)
    )


def smoothstep(low: float, high: float, value: np.ndarray) -> np.ndarray:
    """Rises smoothly from 0 at ``low`` to 1 at ``high``."""
    ramp = np.clip((value - low) / (high - low), 0, 1)
    return ramp * ramp * (3 - 2 * ramp)


def blend(under: np.ndarray, over: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Mixes two colours, arrays (h, w, 3) or (3,), by a weight (h, w) in 0..1."""
    under = np.asarray(under, np.float32)
    return under + (np.asarray(over, np.float32) - under) * weight[..., None]


def _lattice(rng: np.random.RandomState, rows: int, columns: int) -> np.ndarray:
    """One octave of value noise, (TILE, TILE), that continues over its own edges."""
    knots = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
    for axis, count in enumerate((rows, columns)):
        place = np.arange(TILE, dtype=np.float32) * (count / TILE)
        cell = place.astype(int)
        part = smoothstep(0, 1, place - cell).reshape((-1, 1) if axis == 0 else (1, -1))
        knots = (
            np.take(knots, cell, axis) * (1 - part)
            + np.take(knots, (cell + 1) % count, axis) * part
        )
    return knots


@lru_cache(maxsize=None)
def texture(kind: str) -> np.ndarray:
    """A tileable noise texture, float32 (TILE, TILE), mean 0 and standard deviation 1.

    Value noise summed over octaves (Perlin, "An Image Synthesizer", SIGGRAPH 1985); the same
    for every image, which crops it at random.
    """
    rows, columns, octaves, weight = _TEXTURES[kind]
    rng = np.random.RandomState(sorted(_TEXTURES).index(kind))
    total = sum(
        weight**level * _lattice(rng, rows << level, columns << level) for level in range(octaves)
    )
    tile = ((total - total.mean()) / total.std()).astype(np.float32)
    tile.setflags(write=False)
    return tile


def noise(rng: np.random.RandomState, kind: str, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A texture sampled at coordinates counted in tiles, shifted by a random offset."""
    shift = rng.randint(TILE, size=2)
    columns = (x * TILE).astype(np.int32) + shift[0]
    rows = (y * TILE).astype(np.int32) + shift[1]
    return texture(kind)[rows & (TILE - 1), columns & (TILE - 1)]


def shade(
    colour: np.ndarray,
    height: np.ndarray,
    light: Light,
    gloss: float = 0.3,
    shininess: float = 30.0,
) -> np.ndarray:
    """Lights a relief: Lambert's diffuse term and Blinn's highlight (SIGGRAPH 1977).

    Args:
        colour: (h, w, 3) in 0..1.
        height: (h, w), in pixels, growing towards the viewer.
        light: the lamp.
        gloss: strength of the highlight.
        shininess: its sharpness.

    Returns:
        (h, w, 3) float32, not clipped.
    """
    slope_y, slope_x = np.gradient(height)
    upright = 1 / np.sqrt(slope_x * slope_x + slope_y * slope_y + 1)
    facing = (light.z - slope_x * light.x - slope_y * light.y) * upright
    half = math.sqrt(2 + 2 * light.z)
    mirror = (light.z + 1 - slope_x * light.x - slope_y * light.y) * upright / half
    lit = light.ambient * (0.6 + 0.4 * upright) + (1.12 - light.ambient) * np.clip(facing, 0, 1)
    shine = gloss * np.clip(mirror, 0, 1) ** shininess
    return (colour * lit[..., None] + shine[..., None]).astype(np.float32)


def halve(sprite: Sprite) -> Sprite:
    """Averages 2 x 2 pixels into one, colours weighted by coverage, and trims empty margins."""

    def mean(array: np.ndarray) -> np.ndarray:
        return (array[::2, ::2] + array[1::2, ::2] + array[::2, 1::2] + array[1::2, 1::2]) / 4

    alpha = mean(sprite.alpha)
    rgb = mean(sprite.rgb * sprite.alpha[..., None]) / np.maximum(alpha, 1e-3)[..., None]
    rows, columns = (np.flatnonzero((alpha > 0.02).any(axis)) for axis in (1, 0))
    window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return Sprite(rgb[window], alpha[window])


def paste(canvas: np.ndarray, rgb: np.ndarray, alpha: np.ndarray, left: int, top: int) -> None:
    """Lays a colour, (h, w, 3) or (3,), over ``canvas`` in place; what sticks out is cut off."""
    height, width = alpha.shape
    rows = slice(max(top, 0), min(top + height, canvas.shape[0]))
    columns = slice(max(left, 0), min(left + width, canvas.shape[1]))
    if rows.start < rows.stop and columns.start < columns.stop:
        part = (
            slice(rows.start - top, rows.stop - top),
            slice(columns.start - left, columns.stop - left),
        )
        over = rgb[part] if rgb.ndim == 3 else rgb
        canvas[rows, columns] = blend(canvas[rows, columns], over, alpha[part])


def blur(plane: np.ndarray, radius: float) -> np.ndarray:
    """Gaussian blur of a coverage plane (h, w) in 0..1, at 8 bits."""
    image = Image.fromarray((plane * 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), np.float32) / 255


def cast_shadow(
    canvas: np.ndarray, alpha: np.ndarray, left: int, top: int, light: Light, lift: float
) -> None:
    """Darkens ``canvas`` in place: a wide soft shadow away from the lamp, a tight one below.

    Args:
        canvas: (h, w, 3) in 0..1.
        alpha: coverage of the thing that casts it.
        left: column of the thing's left edge.
        top: row of its top edge.
        light: the lamp.
        lift: height of the thing's middle over the table, in pixels.
    """
    for reach, strength in ((1.0, 0.5), (0.3, 0.4)):
        soft = max(0.8, lift * 0.35 * reach)
        pad = int(3 * soft) + 1
        shadow = blur(np.pad(alpha, pad, "constant"), soft) * (strength * (1.3 - light.ambient))
        throw = lift * reach / light.z
        paste(
            canvas,
            np.zeros(3, np.float32),
            shadow,
            int(round(left - pad - throw * light.x)),
            int(round(top - pad - throw * light.y)),
        )


def photograph(rng: np.random.RandomState, scene: np.ndarray, light: Light) -> Image.Image:
    """Takes the image: lamp falloff, vignette, white balance, exposure, blur, sensor noise.

    Args:
        rng: source of randomness.
        scene: (h, w, 3) in 0..1, not changed.
        light: the lamp; the table is brighter towards it.

    Returns:
        An RGB image of the same size.
    """
    height, width = scene.shape[:2]
    y, x = np.meshgrid(
        np.linspace(-1, 1, height, dtype=np.float32),
        np.linspace(-1, 1, width, dtype=np.float32),
        indexing="ij",
    )
    falloff = 1 + rng.uniform(0.05, 0.22) * (x * light.x + y * light.y)
    falloff -= rng.uniform(0.05, 0.2) * (x * x + y * y) / 2
    warmth = rng.uniform(-0.12, 0.14)
    balance = np.array([1 + warmth, 1 + rng.uniform(-0.02, 0.03), 1 - warmth])
    exposed = scene * (falloff * rng.uniform(0.95, 1.3))[..., None] * balance
    toned = _tone(exposed.astype(np.float32), rng.uniform(0.85, 1.15))
    image = Image.fromarray((toned * 255).astype(np.uint8))
    sharp = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.75)))
    return _add_grain(rng, np.asarray(sharp, np.float32))


def _tone(linear: np.ndarray, gamma: float) -> np.ndarray:
    """A film-like curve: straight to 0.8, then a soft shoulder instead of burnt-out white."""
    level = np.clip(linear, 0, None) ** gamma
    over = np.clip(level - 0.8, 0, None)
    return np.where(level > 0.8, 0.8 + 0.2 * over / (over + 0.2), level)


def _add_grain(rng: np.random.RandomState, levels: np.ndarray) -> Image.Image:
    """Sensor noise on 8-bit levels: brightness noise that grows with the light, some colour."""
    strength = rng.uniform(1.0, 4.5)
    height, width = levels.shape[:2]
    grain = rng.standard_normal((height, width, 1)) + 0.4 * rng.standard_normal(levels.shape)
    noisy = levels + grain * (strength * (0.5 + levels / 255))
    return Image.fromarray(np.clip(noisy + 0.5, 0, 255).astype(np.uint8))
