"""Images of one source, told by their names: copies, video frames and tiles.

A rule applies where the name alone leaves no doubt: a word, a mark that one program writes, or the
names of the whole data set together. ``IMG_0001`` to ``IMG_0200`` share a camera, not a source, and
no rule here joins them; nor does it join ``cat_1_2`` where ``cat`` is a class.
"""

from __future__ import annotations

import posixpath
import re
from typing import (
    Collection,
    Dict,
    Iterable,
    Iterator,
    List,
    NamedTuple,
    Pattern,
    Sequence,
    Set,
    Tuple,
)

from helpers.annotations import loose_names
from helpers.annotations.given_split import without_splits
from helpers.structures.errors import BadInput

_SEPARATOR = r"[ ._-]*"
_FRAME = re.compile(
    rf"^(?P<video>.*?)(?<![A-Za-z]){_SEPARATOR}"
    rf"(?:frames?|frm|mp4|mov|avi|mkv|webm|m4v|mts|3gp){_SEPARATOR}\d+(?:_(?:jpe?g|png))?$",
    re.I,
)
_TILE_WORDS = (
    re.compile(r"^(?P<photo>.+?)[ ._-]+(?:tile|patch|crop)s?(?:[ ._-]*\d+){1,4}$", re.I),
    re.compile(r"^(?P<photo>.+?)[ ._-]+(?:row|r|y)[_-]?\d+[ ._-]+(?:col|c|x)[_-]?\d+$", re.I),
    re.compile(r"^(?P<photo>.+?)[ ._-]+(?:col|c|x)[_-]?\d+[ ._-]+(?:row|r|y)[_-]?\d+$", re.I),
    re.compile(r"^(?P<photo>.+?)__\d+(?:\.\d+)?__-?\d+___-?\d+$"),  # as for the DOTA data set
)
_PLAIN_TILE, _BOX_TILE = (
    re.compile(r"^(.+?)" + r"[_-](0|[1-9]\d{0,4})" * count + "$") for count in (2, 4)
)
_PIXELS = 16  # the smallest step of tiles counted in pixels
_MOST_TILES = 64  # along one edge of a photo, where tiles are numbered


class _Tile(NamedTuple):
    """A name that may be that of a tile: of which photo, and where on it.

    Attributes:
        path: of the image.
        folder: of the photo.
        name: of the photo.
        place: across and down, in pixels or tiles; or left, top, right, bottom in pixels.
    """

    path: str
    folder: str
    name: str
    place: Tuple[int, ...]

    def is_box(self) -> bool:
        """Whether four numbers are the corners of a box."""
        left, top, right, bottom = self.place
        return left < right and top < bottom


def source_name(path: str) -> str:
    """A path without the folders of a split, its suffix and what tools put around the name."""
    folder, _, name = without_splits(path).rpartition("/")
    stem = loose_names.parts(posixpath.splitext(name)[0]).name
    return f"{folder}/{stem}" if folder else stem


def copies(paths: Sequence[str]) -> Dict[str, str]:
    """Augmented copies as Roboflow names them, ``NAME.rf.HASH``: the photo of each."""
    return {
        path: source_name(path)
        for path in paths
        if loose_names.parts(posixpath.basename(posixpath.splitext(path)[0])).copy
    }


def frames(paths: Sequence[str]) -> Dict[str, str]:
    """Frames that say so, ``clip_frame_0001`` or ``clip_mp4-12``: the video of each.

    Without a name before the word, the folder is the video's.
    """
    videos = {}
    for path in paths:
        folder, _, stem = source_name(path).rpartition("/")
        match = _FRAME.match(stem)
        if match:
            videos[path] = f"{folder}/{match.group('video')}"
    return videos


def tiles(paths: Sequence[str], classes: Collection[str] = ()) -> Dict[str, str]:
    """Tiles of larger photos: the photo of each.

    ``photo_tile_3``, ``photo_r0_c1`` and the like say so. ``photo_1024_512`` is a tile where the
    pairs of numbers of the whole data set make a grid that starts at 0 in both directions.

    Args:
        paths: of the images.
        classes: names of classes: ``cat_0_1`` is a numbered cat.
    """
    photos: Dict[str, str] = {}
    unclear: List[Tuple[str, str, str]] = []
    for path in paths:
        folder, _, stem = source_name(path).rpartition("/")
        match = next(filter(None, (pattern.match(stem) for pattern in _TILE_WORDS)), None)
        if match:
            photos[path] = f"{folder}/{match.group('photo')}"
        else:
            unclear.append((path, folder, stem))
    names = {name.casefold() for name in classes}
    for pattern in (_BOX_TILE, _PLAIN_TILE):
        found = [tile for tile in _tiles(pattern, unclear) if tile.name.casefold() not in names]
        if _make_grids(found):
            return {**photos, **{tile.path: f"{tile.folder}/{tile.name}" for tile in found}}
    return photos


def given(paths: Sequence[str], pattern: str) -> Dict[str, str]:
    """Groups by a regular expression, found anywhere in the path: by what its groups match.

    Without a group in it, by all that it matches. Images that it does not match are on their own.

    Raises:
        BadInput: it is no regular expression, or matches no image.
    """
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise BadInput.of(
            "group by", f"{pattern!r} ({error})", "a regular expression", "Correct it."
        ) from error
    matches = ((path, compiled.search(path)) for path in paths)
    groups = {path: repr(match.groups() or match.group()) for path, match in matches if match}
    if not groups:
        example = f" such as {paths[0]}" if paths else ""
        raise BadInput.of(
            "group by",
            f"no image that {pattern!r} matches",
            f"a match in paths{example}",
            "Correct it, or leave it out.",
        )
    return groups


def _tiles(pattern: Pattern[str], names: Iterable[Tuple[str, str, str]]) -> Iterator[_Tile]:
    for path, folder, stem in names:
        match = pattern.match(stem)
        if match:
            name, *numbers = match.groups()
            yield _Tile(path, folder, name, tuple(map(int, numbers)))


def _make_grids(found: Sequence[_Tile]) -> bool:
    """Whether the places of tiles, of all photos together, are those of a grid."""
    if any(tile.place[2:] and not tile.is_box() for tile in found):
        return False
    of_photo: Dict[Tuple[str, str], Set[Tuple[int, ...]]] = {}
    for tile in found:
        of_photo.setdefault((tile.folder, tile.name), set()).add(tile.place[:2])
    places = {place for own in of_photo.values() if len(own) > 1 for place in own}
    columns, rows = ({place[axis] for place in places} for axis in (0, 1))
    if not places or (min(columns), min(rows)) != (0, 0):
        return False
    steps = {value for value in columns | rows if value}
    if min(steps) >= _PIXELS:
        return True
    return (
        max(steps) < _MOST_TILES
        and len(columns) > 1
        and len(rows) > 1
        and 2 * len(places) >= len(columns) * len(rows)
    )
