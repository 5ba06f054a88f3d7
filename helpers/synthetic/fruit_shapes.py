"""The three classes of the built-in sample, drawn from formulas: apple, banana, donut.

Each drawer works in the object's own frame, in which the object fills the unit circle (u to the
right, v down), on a grid twice as fine as the image. All three are classes of COCO as well, so
that a checkpoint trained on COCO knows them already.
"""

from __future__ import annotations

import math
from typing import Callable, Dict, NamedTuple, Tuple

import numpy as np

from helpers.synthetic.lighting import Light, Sprite, blend, halve, noise, shade, smoothstep

FINER = 2
MARGIN = 1.2


class _Frame(NamedTuple):
    """Coordinates u and v, (n, n), in units of the object's radius, which is ``unit`` pixels."""

    u: np.ndarray
    v: np.ndarray
    unit: float


def _frame(rng: np.random.RandomState, size: float, tilt: float = 1.0) -> _Frame:
    """A randomly turned and mirrored frame; ``tilt`` below 1 flattens what lies in it."""
    unit = size * FINER / 2
    count = 2 * int(np.ceil(unit * MARGIN))
    axis = ((np.arange(count) + 0.5 - count / 2) / unit).astype(np.float32)
    x, y = np.meshgrid(axis, axis / np.float32(tilt))
    turn = rng.uniform(-np.pi, np.pi)
    cos, sin = np.float32(math.cos(turn)), np.float32(math.sin(turn))
    mirror = np.float32(rng.choice([-1, 1]))
    return _Frame(mirror * (cos * x + sin * y), cos * y - sin * x, unit)


def _cover(inside: np.ndarray, unit: float) -> np.ndarray:
    """Coverage from a distance to the outline, positive inside, in units of the frame."""
    return np.clip(inside * unit + 0.5, 0, 1)


def _vary(
    rng: np.random.RandomState, colour: Tuple[float, float, float], spread: float = 0.05
) -> np.ndarray:
    return np.clip(np.array(colour) + rng.uniform(-spread, spread, 3), 0, 1).astype(np.float32)


def _lay(under: Sprite, rgb: np.ndarray, alpha: np.ndarray) -> Sprite:
    return Sprite(blend(under.rgb, rgb, alpha), np.maximum(under.alpha, alpha))


_APPLES = (  # ground colour, blush, how much of the skin the blush covers
    ((0.86, 0.62, 0.22), (0.74, 0.06, 0.08), 1.3),
    ((0.80, 0.16, 0.10), (0.55, 0.02, 0.06), 0.3),
    ((0.62, 0.74, 0.18), (0.45, 0.60, 0.12), 0.0),
    ((0.80, 0.72, 0.25), (0.84, 0.20, 0.12), 0.4),
)


def _apple_skin(rng: np.random.RandomState, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Colour of the skin: blush in streaks that run from the stalk, and pale dots."""
    ground, blush, amount = _APPLES[rng.choice(len(_APPLES), p=[0.4, 0.25, 0.2, 0.15])]
    down = v + 0.62
    around = np.arctan2(u, np.abs(down) + 0.25) / (2 * np.pi)
    reach = np.hypot(u, down)
    streaks = noise(rng, "grain", reach * 0.25, around * 2)
    facing = u * rng.uniform(-1, 1) + v * rng.uniform(-0.5, 0.5)
    patches = noise(rng, "clouds", u * 0.2, v * 0.2)
    cover = smoothstep(-1.4, 1.4, amount + facing + 0.6 * streaks + 0.5 * patches)
    skin = blend(_vary(rng, ground), _vary(rng, blush, 0.04), cover)
    skin = blend(skin, (0.70, 0.66, 0.30), 0.7 * (1 - smoothstep(0.05, 0.38, reach)))
    dots = smoothstep(1.7, 2.3, noise(rng, "spots", u * 0.6, v * 0.6))
    return blend(skin, (0.93, 0.85, 0.60), 0.35 * dots)


def _leaf(rng: np.random.RandomState, frame: _Frame, light: Light) -> Sprite:
    """A leaf that grows from the stalk."""
    turn = rng.uniform(0.15, 0.75)
    length, width = rng.uniform(0.5, 0.65), rng.uniform(0.12, 0.17)
    du, dv = frame.u - 0.02, frame.v + 0.68
    along = (du * math.cos(turn) - dv * math.sin(turn)) / length
    across = du * math.sin(turn) + dv * math.cos(turn) + 0.12 * along * along
    half = width * np.sin(np.pi * np.clip(along, 0, 1) ** 0.8)
    veins = np.abs(across) + 0.25 * along * length
    relief = -0.5 * np.abs(across) + 0.012 * np.sin(veins * 60)
    green = _vary(rng, (0.27, 0.50, 0.14), 0.08)
    colour = blend(green, green * 1.35, smoothstep(0.018, 0.004, np.abs(across)))
    rgb = shade(colour, relief * frame.unit, light, 0.15, 14)
    return Sprite(rgb, _cover(half - np.abs(across), frame.unit) * (half > 0))


def _stalk(rng: np.random.RandomState, frame: _Frame, light: Light) -> Sprite:
    """A bent, woody stalk, thicker at its end."""
    rise = (-0.5 - frame.v) / rng.uniform(0.4, 0.5)
    offset = frame.u - rng.uniform(0.04, 0.2) * np.clip(rise, 0, 1) ** 2
    half = 0.035 + 0.03 * np.clip(rise, 0, 1) ** 3
    inside = np.minimum(half - np.abs(offset), np.minimum(rise, 1 - rise) * 0.45)
    height = np.sqrt(np.clip(half * half - offset * offset, 0, None))
    brown = _vary(rng, (0.36, 0.23, 0.12))
    rgb = shade(np.broadcast_to(brown, offset.shape + (3,)), height * frame.unit, light, 0.1)
    return Sprite(rgb, _cover(inside, frame.unit))


def apple(rng: np.random.RandomState, size: float, light: Light) -> Sprite:
    """Draws an apple with its stalk, mostly with a leaf, about ``size`` pixels long."""
    frame = _frame(rng, size)
    u, v = frame.u * 1.02, frame.v - 0.08
    angle = np.arctan2(u, -v)
    outline = 0.86 + rng.uniform(0.0, 0.05) * np.cos(angle) - 0.13 * np.exp(-((angle / 0.38) ** 2))
    outline -= 0.05 * np.exp(-(((np.abs(angle) - np.pi) / 0.4) ** 2))
    outline += rng.uniform(-0.025, 0.025) * np.sin(2 * angle + rng.uniform(0, 6))
    ratio = np.hypot(u, v) / outline
    height = 0.75 * np.sqrt(np.clip(1 - ratio * ratio, 0, None))
    height -= 0.2 * np.exp(-((u / 0.22) ** 2) - ((v + 0.6) / 0.13) ** 2)
    skin = _apple_skin(rng, u, v)
    body = Sprite(
        shade(skin, height * frame.unit, light, rng.uniform(0.25, 0.55), 28),
        _cover((1 - ratio) * outline, frame.unit),
    )
    if rng.uniform() < 0.75:
        body = _lay(body, *_leaf(rng, frame, light))
    return halve(_lay(body, *_stalk(rng, frame, light)))


def _banana_peel(rng: np.random.RandomState, along: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Colour of the peel: greenish to spotted with age, edges darker, ends brown."""
    ripe = rng.uniform()
    yellow = _vary(rng, (1.0, 0.84, 0.26), 0.04)
    ends = smoothstep(0.35, 1.1, np.abs(along))
    peel = blend(yellow, (0.66, 0.74, 0.24), ends * (1 - ripe) * 0.8)
    edge = np.exp(-(((across - 0.42) / 0.07) ** 2)) + np.exp(-(((across + 0.36) / 0.06) ** 2))
    peel = blend(peel, (0.72, 0.55, 0.16), 0.4 * edge)
    spots = smoothstep(
        2.2 - 1.1 * ripe, 2.7 - 1.1 * ripe, noise(rng, "spots", along * 0.5, across * 0.12)
    )
    peel = blend(peel, (0.35, 0.20, 0.08), 0.75 * spots)
    tips = np.maximum(smoothstep(0.93, 0.99, along), 0.9 * smoothstep(-1.17, -1.22, along))
    return blend(peel, (0.22, 0.15, 0.08), tips)


def banana(rng: np.random.RandomState, size: float, light: Light) -> Sprite:
    """Draws a banana about ``size`` pixels long."""
    frame = _frame(rng, size)
    bend = rng.uniform(0.65, 1.0)
    radius = 0.84 / math.sin(bend)
    sag = radius * (1 - math.cos(bend))
    u, v = frame.u - 0.06, frame.v + radius - sag / 2
    along = np.arctan2(u, v) / bend
    taper = smoothstep(0.3, 1.0, np.abs(along)) ** 1.3
    girth = rng.uniform(0.2, 0.26) * (1 - taper * np.where(along < 0, 0.76, 0.70))
    across = (np.hypot(u, v) - radius) / girth
    round_off = np.sqrt(np.clip(1 - across * across, 0, None))
    facets = np.interp(across, [-1, -0.36, 0.42, 1], [0, 0.86, 0.92, 0]).astype(np.float32)
    height = girth * (0.45 * round_off + 0.55 * facets)
    ends = np.minimum(1.03 - along, along + 1.24) * bend * radius
    inside = np.minimum((1 - np.abs(across)) * girth, ends)
    peel = _banana_peel(rng, along, across)
    rgb = shade(peel, height * frame.unit, light, rng.uniform(0.08, 0.25), 18)
    return halve(Sprite(rgb, _cover(inside, frame.unit)))


_ICINGS = (
    (0.93, 0.52, 0.66),
    (0.93, 0.52, 0.66),
    (0.30, 0.16, 0.09),
    (0.94, 0.91, 0.86),
    (0.60, 0.82, 0.74),
    (0.72, 0.62, 0.86),
)
_SPRINKLES = (
    (0.95, 0.25, 0.25),
    (0.98, 0.85, 0.25),
    (0.25, 0.55, 0.90),
    (0.98, 0.98, 0.95),
    (0.35, 0.75, 0.35),
    (0.98, 0.55, 0.20),
)


def _scatter_sprinkles(
    rng: np.random.RandomState, rgb: np.ndarray, height: np.ndarray, where: np.ndarray, unit: float
) -> None:
    """Strews short sticks over the pixels ``where``, in place, into colour and relief."""
    reach, half = int(np.ceil(0.08 * unit)), 0.055 * unit
    thick = max(0.022 * unit, 0.9)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    spots = np.flatnonzero(where)
    for spot in spots[(rng.uniform(size=rng.randint(25, 60)) * len(spots)).astype(int)]:
        row, column = np.unravel_index(spot, where.shape)
        turn = rng.uniform(0, np.pi)
        along = np.abs(x * math.cos(turn) + y * math.sin(turn))
        off = np.hypot(np.clip(along - half, 0, None), x * math.sin(turn) - y * math.cos(turn))
        window = slice(row - reach, row + reach + 1), slice(column - reach, column + reach + 1)
        cover = np.clip(thick - off + 0.5, 0, 1)
        rgb[window] = blend(rgb[window], _SPRINKLES[rng.randint(len(_SPRINKLES))], cover)
        height[window] += np.sqrt(np.clip(thick * thick - off * off, 0, None)) / unit


def donut(rng: np.random.RandomState, size: float, light: Light) -> Sprite:
    """Draws an iced donut, mostly with sprinkles, about ``size`` pixels wide."""
    frame = _frame(rng, size, tilt=rng.uniform(0.72, 1.0))
    tube = rng.uniform(0.33, 0.39)
    ring, angle = np.hypot(frame.u, frame.v), np.arctan2(frame.v, frame.u)
    away = np.abs(ring - (0.97 - tube)) / tube
    height = 0.9 * tube * np.sqrt(np.clip(1 - away * away, 0, None))
    wave = sum(rng.uniform(0.02, 0.05) * np.sin(k * angle + rng.uniform(0, 6)) for k in (3, 5, 8))
    inside = 0.74 + wave - away
    icing = smoothstep(-0.02, 0.05, inside)
    height += 0.05 * smoothstep(0, 0.2, inside)
    crumb = noise(rng, "grit", frame.u * 0.25, frame.v * 0.25)
    patches = noise(rng, "clouds", frame.u * 0.3, frame.v * 0.3)
    dough = blend((0.80, 0.55, 0.26), (0.60, 0.36, 0.14), smoothstep(-1.5, 2, patches + crumb / 2))
    dough = blend(dough, (0.90, 0.72, 0.42), 0.6 * np.exp(-(((away - 0.93) / 0.05) ** 2)))
    height += 0.006 * crumb * (1 - icing)
    rgb = blend(dough, _vary(rng, _ICINGS[rng.randint(len(_ICINGS))], 0.04), icing)
    if rng.uniform() < 0.8:
        _scatter_sprinkles(rng, rgb, height, away < 0.5, frame.unit)
    rgb = shade(rgb, height * frame.unit, light, rng.uniform(0.2, 0.45), 26)
    return halve(Sprite(rgb, _cover((1 - away) * tube, frame.unit)))


DRAWERS: Dict[str, Callable[[np.random.RandomState, float, Light], Sprite]] = {
    "apple": apple,
    "banana": banana,
    "donut": donut,
}
