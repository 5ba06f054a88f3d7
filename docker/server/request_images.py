"""The photos of a request.

===========================  ==========================================================
content type                 body
===========================  ==========================================================
``image/jpeg, image/png``    one photo
``application/json``         ``{"images": ["BASE64", ...]}``, each a JPEG or PNG photo
===========================  ==========================================================
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, List, NoReturn, Tuple

from helpers.inference import photo_reader
from helpers.inference.photo_reader import Photo
from helpers.structures.errors import BadInput

PHOTO_TYPES = ("image/jpeg", "image/png")
JSON_TYPE = "application/json"
MOST_IMAGES = 64  # of one request
_EXPECTED = f'{{"images": ["BASE64 of a JPEG or PNG", ...]}} with 1 to {MOST_IMAGES} of them'


class UnknownType(BadInput):
    """The content type is none of those above."""


def images(content_type: str, body: bytes, least: Tuple[int, int]) -> List[Photo]:
    """Decodes the photos of a request, upright.

    Args:
        content_type: without parameters, as ``image/jpeg``.
        body: of the request.
        least: width and height that the pixels have at least, where the photo has them.

    Raises:
        UnknownType: the content type is another.
        BadInput: the body is not what its type says; names the image that is wrong.
    """
    if content_type in PHOTO_TYPES:
        return [photo_reader.decode(body, "the request's body", least)]
    if content_type == JSON_TYPE:
        encoded = enumerate(_encoded(body))
        return [
            photo_reader.decode(_decoded(text, number), f"images[{number}]", least)
            for number, text in encoded
        ]
    raise UnknownType.of(
        "content type",
        repr(content_type),
        ", ".join([*PHOTO_TYPES, JSON_TYPE]),
        "Set the header Content-Type.",
    )


def _encoded(body: bytes) -> List[Any]:
    try:
        content = json.loads(body.decode("utf-8"))
    except ValueError as error:  # neither UTF-8 nor JSON
        raise BadInput.of("the request's body", str(error), _EXPECTED, "Correct it.") from error
    found = content.get("images") if isinstance(content, dict) else None
    if not isinstance(found, list) or not 1 <= len(found) <= MOST_IMAGES:
        shown = f"{len(found)} images" if isinstance(found, list) else "no list of images"
        raise BadInput.of("the request's body", shown, _EXPECTED, "Correct it.")
    return found


def _decoded(text: Any, number: int) -> bytes:
    if not isinstance(text, str):
        _refuse(number, type(text).__name__)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        _refuse(number, "text that is not base64")


def _refuse(number: int, found: str) -> NoReturn:
    raise BadInput.of(f"images[{number}]", found, "base64 of a JPEG or PNG", "Correct it.")
