"""What surrounds the objects of the built-in sample: table tops and things of no class."""

from __future__ import annotations

import math
from typing import Tuple

import numpy as np

from helpers.synthetic.lighting import TILE, Light, Sprite, blend, halve, noise, shade, smoothstep

_WOODS = ((0.72, 0.50, 0.30), (0.50, 0.32, 0.19), (0.80, 0.66, 0.48), (0.36, 0.25, 0.18))
_CLOTHS = (
    (0.66, 0.22, 0.20),
    (0.20, 0.36, 0.62),
    (0.30, 0.48, 0.32),
    (0.45, 0.42, 0.40),
    (0.78, 0.62, 0.30),
)
_PAINTS = (
    (0.62, 0.74, 0.80),
    (0.85, 0.80, 0.72),
    (0.55, 0.60, 0.56),
    (0.80, 0.66, 0.64),
    (0.34, 0.38, 0.46),
    (0.88, 0.88, 0.86),
)


def _pick(rng: np.random.RandomState, colours: Tuple, spread: float = 0.05) -> np.ndarray:
    colour = np.array(colours[rng.randint(len(colours))]) + rng.uniform(-spread, spread, 3)
    return np.clip(colour, 0, 1).astype(np.float32)


def _rotated(turn: float, height: int, width: int) -> Tuple[np.ndarray, np.ndarray]:
    """Pixel coordinates (x, y) of a surface turned by an angle in radians."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    cos, sin = np.float32(math.cos(turn)), np.float32(math.sin(turn))
    return cos * columns + sin * rows, cos * rows - sin * columns


def _turned(rng: np.random.RandomState, height: int, width: int) -> Tuple[np.ndarray, np.ndarray]:
    """Pixel coordinates (x, y) of a surface that lies about along the image or across it."""
    return _rotated(rng.choice([0, np.pi / 2]) + rng.normal(0, 0.25), height, width)


def _wood(rng: np.random.RandomState, height: int, width: int, light: Light) -> np.ndarray:
    """Boards with grain, a tone of their own each, and dark joints."""
    x, y = _turned(rng, height, width)
    broad = rng.uniform(45, 110)
    place = y / broad + rng.uniform(0, 1) + 64
    board = place.astype(int)
    tone = rng.normal(0, 0.09, 128).astype(np.float32)
    slide = rng.uniform(0, 1, 128).astype(np.float32)
    along = x / TILE * 0.3 + slide[board % 128]
    wavy = y / TILE * 0.8 + 0.004 * noise(rng, "clouds", along, y / TILE * 0.5)
    grain = noise(rng, "grain", along, wavy)
    pores = noise(rng, "grain", along * 2, wavy * 3)
    level = 1 + tone[board % 128] + rng.uniform(0.07, 0.15) * grain - 0.05 * np.abs(pores)
    gap = np.abs(place - np.round(place)) * broad
    level *= 1 - 0.7 * smoothstep(1.8, 0.4, gap)
    return _pick(rng, _WOODS, 0.03) * level[..., None]


def _cloth(rng: np.random.RandomState, height: int, width: int, light: Light) -> np.ndarray:
    """Woven cloth in soft folds: checked, striped or plain."""
    x, y = _turned(rng, height, width)
    period = rng.uniform(18, 46)
    bands = [smoothstep(-0.12, 0.12, np.sin(2 * np.pi * axis / period)) for axis in (x, y)]
    weights = ((0.5, 0.5), (0.0, 0.8), (0.0, 0.0))[rng.choice(3, p=[0.5, 0.25, 0.25])]
    dye = _pick(rng, _CLOTHS)
    ground = dye if weights[1] == 0 else _pick(rng, ((0.92, 0.90, 0.85), (0.80, 0.76, 0.68)))
    colour = blend(ground, dye, weights[0] * bands[0] + weights[1] * bands[1])
    weave = np.sin(x * 2.1) * np.sin(y * 2.1) + 0.3 * noise(rng, "grit", x / TILE, y / TILE)
    relief = 0.12 * weave
    for length in rng.uniform(9, 40, 3).tolist():
        bend = np.sin(x / (3 * length) + rng.uniform(0, 6))
        relief = relief + length * rng.uniform(0.02, 0.14) * np.sin(y / length + 1.5 * bend)
    return shade(colour, relief, light, 0.02) * (1 + 0.04 * weave[..., None])


def _stone(rng: np.random.RandomState, height: int, width: int, light: Light) -> np.ndarray:
    """Polished stone with veins, or rough concrete."""
    x, y = (axis / TILE for axis in _turned(rng, height, width))
    clouds = noise(rng, "clouds", x * 0.8, y * 0.8)
    base = _pick(rng, ((0.86, 0.85, 0.83), (0.55, 0.54, 0.53), (0.30, 0.32, 0.35)), 0.03)
    colour = base * (1 + 0.09 * clouds + 0.05 * noise(rng, "grit", x, y))[..., None]
    if rng.uniform() < 0.5:
        bend = 0.06 * clouds
        veins = np.abs(noise(rng, "clouds", x * 0.4 + bend, y * 0.4 + bend))
        return blend(colour, base * rng.uniform(0.55, 0.75), 0.6 * smoothstep(0.14, 0.0, veins))
    pits = smoothstep(1.6, 2.4, noise(rng, "spots", x, y))
    return blend(colour, base * 0.6, 0.6 * pits)


def _lawn(rng: np.random.RandomState, height: int, width: int, light: Light) -> np.ndarray:
    """Grass: layers of blades, the upper ones lighter, leaning about one way."""
    colour = np.broadcast_to(_pick(rng, ((0.18, 0.25, 0.11),), 0.02), (height, width, 3))
    tall = _pick(rng, ((0.42, 0.52, 0.24), (0.47, 0.54, 0.28), (0.35, 0.49, 0.25)), 0.03)
    lean = rng.uniform(0, 2 * np.pi)
    for level in (0.5, 0.65, 0.8, 0.95):
        x, y = (axis / TILE for axis in _rotated(lean + rng.normal(0, 0.4), height, width))
        blades = noise(rng, "blades", x, y)
        tint = tall * level * (1 + 0.08 * noise(rng, "clouds", x, y) + 0.1 * blades)[..., None]
        colour = blend(colour, tint, smoothstep(0.1, 1.5, blades))
    return colour


def _paint(rng: np.random.RandomState, height: int, width: int, light: Light) -> np.ndarray:
    """A painted board or a sheet of card, its colour running from one tone to another."""
    x, y = (axis / TILE for axis in _turned(rng, height, width))
    run = np.clip((y - y.min()) / (y.max() - y.min()), 0, 1)
    first = _pick(rng, _PAINTS)
    colour = blend(first, first * rng.uniform(0.65, 0.9), run)
    brush = noise(rng, "grain", x * 0.5, y * 1.5) + noise(rng, "grit", x, y)
    return colour * (1 + rng.uniform(0.005, 0.03) * brush)[..., None]


def _tiles(rng: np.random.RandomState, height: int, width: int, light: Light) -> np.ndarray:
    """Glazed tiles with rounded edges and rough joints."""
    x, y = _turned(rng, height, width)
    tile = rng.uniform(50, 120)
    places = [axis / tile + rng.uniform(0, 1) for axis in (x, y)]
    gap = np.minimum(*[np.abs(place - np.round(place)) * tile for place in places])
    tone = rng.normal(0, 0.035, (32, 32)).astype(np.float32)
    index = [np.floor(place).astype(int) % 32 for place in places]
    clouds = noise(rng, "clouds", x / TILE, y / TILE)
    glaze = _pick(rng, _PAINTS) * (1 + tone[index[0], index[1]] + 0.03 * clouds)[..., None]
    colour = blend(
        _pick(rng, ((0.45, 0.43, 0.40), (0.75, 0.73, 0.70))), glaze, smoothstep(1.2, 2.2, gap)
    )
    return shade(colour, 1.5 * smoothstep(1, 5, gap), light, 0.08, 12)


_TABLES = (_wood, _cloth, _stone, _lawn, _paint, _tiles)


def table(rng: np.random.RandomState, height: int, width: int, light: Light) -> np.ndarray:
    """Draws the surface everything lies on.

    Returns:
        float32 (height, width, 3) in about 0..1.
    """
    draw = _TABLES[rng.choice(len(_TABLES), p=[0.26, 0.2, 0.16, 0.12, 0.14, 0.12])]
    return np.clip(draw(rng, height, width, light), 0, 1.2).astype(np.float32)


def _grid(rng: np.random.RandomState, size: float) -> Tuple[np.ndarray, np.ndarray, float]:
    """Turned coordinates (u, v) of a thing twice as fine as the image, and its radius."""
    unit = float(size)
    axis = ((np.arange(2 * int(np.ceil(unit * 1.1))) + 0.5) / unit - 1.1).astype(np.float32)
    x, y = np.meshgrid(axis, axis)
    turn = rng.uniform(0, 2 * np.pi)
    return x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn), unit


def _cut(
    colour: np.ndarray,
    height: np.ndarray,
    inside: np.ndarray,
    unit: float,
    light: Light,
    gloss: float,
) -> Sprite:
    rgb = shade(colour, height * unit, light, gloss)
    return halve(Sprite(rgb, np.clip(inside * unit + 0.5, 0, 1)))


def pebble(rng: np.random.RandomState, size: float, light: Light) -> Sprite:
    """Draws a rounded stone about ``size`` pixels long."""
    u, v, unit = _grid(rng, size)
    angle = np.arctan2(v, u)
    outline = 0.8 + sum(
        rng.uniform(-0.09, 0.09) * np.cos(k * angle + rng.uniform(0, 6)) for k in (2, 3, 4)
    )
    ratio = np.hypot(u, v * rng.uniform(1.0, 1.5)) / outline
    base = _pick(rng, ((0.50, 0.49, 0.47), (0.60, 0.52, 0.43), (0.36, 0.37, 0.40)))
    rough = noise(rng, "clouds", u * 0.3, v * 0.3) + noise(rng, "grit", u * 0.3, v * 0.3)
    colour = base * (1 + 0.07 * rough)[..., None]
    height = 0.45 * np.clip(1 - ratio**2.5, 0, None) ** 0.6
    return _cut(colour, height, (1 - ratio) * 0.6, unit, light, 0.08)


def scrap(rng: np.random.RandomState, size: float, light: Light) -> Sprite:
    """Draws a torn or cut piece of paper, card or foil with three to five corners."""
    u, v, unit = _grid(rng, size)
    corners = rng.randint(3, 6)
    wobble = 0.02 * noise(rng, "clouds", u * 0.6, v * 0.6)
    inside = np.full(u.shape, 9.0, np.float32)
    for corner, shift in enumerate(rng.uniform(-0.25, 0.25, corners).tolist()):
        turn = 2 * math.pi * (corner + shift) / corners
        edge = rng.uniform(0.35, 0.6) - u * math.cos(turn) - v * math.sin(turn)
        inside = np.minimum(inside, edge + wobble)
    paper = _pick(
        rng,
        (
            (0.90, 0.88, 0.82),
            (0.82, 0.22, 0.20),
            (0.95, 0.80, 0.25),
            (0.30, 0.50, 0.75),
            (0.40, 0.62, 0.36),
            (0.70, 0.60, 0.48),
        ),
    )
    crease = 0.03 * noise(rng, "clouds", u * 0.25, v * 0.25)
    return _cut(paper * np.ones_like(u)[..., None], crease, inside, unit, light, 0.05)


def stick(rng: np.random.RandomState, size: float, light: Light) -> Sprite:
    """Draws a pencil, a straw or a twig about ``size`` pixels long."""
    u, v, unit = _grid(rng, size)
    thick = rng.uniform(0.04, 0.09)
    off = v + rng.uniform(-0.08, 0.08) * u * u
    height = np.sqrt(np.clip(thick * thick - off * off, 0, None))
    first = _pick(
        rng,
        (
            (0.85, 0.30, 0.22),
            (0.22, 0.45, 0.70),
            (0.93, 0.76, 0.22),
            (0.42, 0.30, 0.20),
            (0.90, 0.90, 0.88),
            (0.25, 0.50, 0.30),
        ),
    )
    second = first if rng.uniform() < 0.5 else np.float32([0.93, 0.92, 0.90])
    stripes = smoothstep(-0.1, 0.1, np.sin(rng.uniform(15, 40) * u))
    inside = np.minimum(thick - np.abs(off), 0.95 - np.abs(u))
    return _cut(blend(first, second, stripes), height, inside, unit, light, 0.25)


def plate(rng: np.random.RandomState, size: float, light: Light) -> Sprite:
    """Draws a round plate about ``size`` pixels wide, mostly with a coloured line at its rim."""
    u, v, unit = _grid(rng, size)
    ring = np.hypot(u, v)
    glaze = _pick(
        rng, ((0.93, 0.92, 0.90), (0.93, 0.92, 0.90), (0.45, 0.55, 0.60), (0.75, 0.68, 0.58))
    )
    line = _pick(rng, _CLOTHS) if rng.uniform() < 0.6 else glaze
    colour = blend(glaze, line, smoothstep(0.03, 0.02, np.abs(ring - rng.uniform(0.8, 0.93))))
    height = 0.12 * smoothstep(0.55, 0.75, ring) + 0.02 * np.sqrt(np.clip(1 - ring, 0, None))
    return _cut(colour, height, 1 - ring, unit, light, 0.12)
