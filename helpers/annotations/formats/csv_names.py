"""The names that columns of tables have, and which of them together are a box."""

from __future__ import annotations

from typing import Collection, Dict, Mapping, Sequence, Tuple

CORNERS, XYWH, CENTRE = "corners", "xywh", "centre"
Aliases = Mapping[str, Sequence[str]]
# By column of the tidy table: the names that others give it, the likeliest first, without case,
# blanks and punctuation.
ALIASES: Aliases = {
    "filename": (
        "filename",
        "file",
        "image",
        "imageid",
        "imagename",
        "imagefilename",
        "imagefile",
        "img",
        "imgname",
        "path",
        "imagepath",
        "filepath",
        "name",
    ),
    "class": (
        "class",
        "label",
        "classname",
        "labelname",
        "category",
        "classlabel",
        "object",
        "type",
        "species",
        "name",
    ),
    "width": ("imagewidth", "imgwidth", "width"),
    "height": ("imageheight", "imgheight", "height"),
    "truncated": ("istruncated", "truncated"),
    "difficult": ("isdifficult", "difficult"),
    "group_of": ("isgroupof", "groupof"),
    "occluded": ("isoccluded", "occluded"),
    "split": ("split", "subset", "set"),
}
CORNER_NAMES: Aliases = {
    "xmin": ("xmin", "x1", "left", "bboxxmin", "xmn"),
    "ymin": ("ymin", "y1", "top", "bboxymin", "ymn"),
    "xmax": ("xmax", "x2", "right", "bboxxmax", "xmx"),
    "ymax": ("ymax", "y2", "bottom", "bboxymax", "ymx"),
}
_SIZE: Aliases = {
    "w": ("w", "boxwidth", "bboxwidth", "bboxw", "width"),
    "h": ("h", "boxheight", "bboxheight", "bboxh", "height"),
}
OPEN = ("x", "bboxx")  # may also be a centre
_RELATIVE = ("rel", "relative", "norm", "normalized")
# The names of the columns of a box, what they hold, and whether they are fractions; in this order,
# since a table may have several.
BOXES: Sequence[Tuple[Aliases, str, bool]] = (
    (CORNER_NAMES, CORNERS, False),
    (
        {
            name: tuple(alias + end for alias in aliases for end in _RELATIVE)
            for name, aliases in CORNER_NAMES.items()
        },
        CORNERS,
        True,
    ),
    (
        {
            "cx": ("cx", "xcenter", "xcentre", "centerx", "centrex", "xc", "bboxcx"),
            "cy": ("cy", "ycenter", "ycentre", "centery", "centrey", "yc", "bboxcy"),
            **_SIZE,
        },
        CENTRE,
        False,
    ),
    (
        {
            "x": (*OPEN, "xmin", "left", "x1", "bboxxmin", "bboxleft"),
            "y": ("y", "bboxy", "ymin", "top", "y1", "bboxymin", "bboxtop"),
            **_SIZE,
        },
        XYWH,
        False,
    ),
    ({"bbox_corners": ("bboxcorners",)}, CORNERS, False),
    ({"bbox_xywh": ("bboxxywh",)}, XYWH, False),
    ({"bbox_centre": ("bboxcentre",)}, CENTRE, False),
    ({"bbox": ("bbox", "box", "boundingbox", "bndbox", "coordinates")}, CORNERS, False),
)
OF_BOX = {CORNERS: tuple(CORNER_NAMES), XYWH: ("x", "y", "w", "h"), CENTRE: ("cx", "cy", "w", "h")}


def places_of(
    names: Sequence[str], aliases: Aliases, taken: Collection[int] = ()
) -> Dict[str, int]:
    """The index of each column that is recognised.

    Args:
        names: of the columns, without case, blanks and punctuation.
        aliases: by the column's own name.
        taken: indices that hold something else.
    """
    places: Dict[str, int] = {}
    for column, likely in aliases.items():
        free = [
            names.index(alias)
            for alias in likely
            if alias in names and names.index(alias) not in (*taken, *places.values())
        ]
        if free:
            places[column] = free[0]
    return places
