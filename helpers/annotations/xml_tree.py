"""XML bytes as a tree: without entities or references to other files, in any declared encoding."""

from __future__ import annotations

import re
from typing import Union
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from defusedxml import ElementTree as SafeTree

# The parser knows Unicode's encodings and those of one byte a character. The others are read by the
# largest that holds each: what Windows calls gb2312 or shift_jis is more than the standard.
_MULTI_BYTE = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "windows-31j": "cp932",
    "cp932": "cp932",
    "euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "cp949": "cp949",
}
_DECLARATION = re.compile(
    rb"""\A\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["'][^>]*\?>"""
)


class UnknownEncoding(ValueError):
    """Bytes that are no UTF-8, where no other encoding is declared."""


def parsed(data: bytes) -> Element:
    """The root of XML.

    Raises:
        UnknownEncoding: it is not UTF-8 and declares nothing else.
        DefusedXmlException: it has entities or references to other files.
        ParseError: it is broken; so do ``ValueError``, ``LookupError`` and ``RecursionError``.
    """
    content = _decoded(data)
    kind = "<!DOCTYPE" if isinstance(content, str) else b"<!DOCTYPE"
    # Only a document type can declare entities. Without one the parser of the standard library is
    # safe; the guarded one is much slower. UTF-16, in which those bytes differ, has zeros.
    guarded = kind in content or b"\0" in data  # type: ignore[operator]
    return (SafeTree if guarded else ElementTree).fromstring(content)


def _decoded(data: bytes) -> Union[str, bytes]:
    """The bytes as they are where the parser can tell their encoding, else their text."""
    declaration = _DECLARATION.match(data)
    declared = declaration.group(1).decode().lower() if declaration else "utf-8"
    if declaration and declared in _MULTI_BYTE:
        return data[declaration.end() :].decode(_MULTI_BYTE[declared])
    if declaration and declared == "utf-16":
        # Programs of .NET declare the encoding of their strings, whatever they save.
        return data[declaration.end() :].decode("utf-8")
    if declared == "utf-8" and b"\0" not in data:
        _require_utf8(data)
    return data


def _require_utf8(data: bytes) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnknownEncoding(
            f"a byte that is not UTF-8 (0x{data[error.start]:02x} at {error.start}), and no other "
            "encoding is declared"
        ) from error


def indent(element: Element, by: str = "\t", depth: int = 0) -> None:
    """Puts each element on a line of its own.

    Args:
        element: and all that is in it.
        by: the blanks of one level.
        depth: the levels above.
    """
    children = list(element)
    for child in children:
        indent(child, by, depth + 1)
        child.tail = "\n" + by * (depth + 1)
    if children:
        element.text = "\n" + by * (depth + 1)
        children[-1].tail = "\n" + by * depth
