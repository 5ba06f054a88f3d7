"""XML bytes as a tree: without entities or references to other files, in any declared encoding."""

from __future__ import annotations

import codecs
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
    "big5hkscs": "big5hkscs",
    "cp950": "cp950",
    "shift_jis": "cp932",
    "cp932": "cp932",
    "euc_jp": "euc_jp",
    "euc_kr": "cp949",
    "cp949": "cp949",
}
_UTF8 = ("utf-8", "utf-8-sig", "ascii")
_UTF16 = ("utf-16", "utf-16-le", "utf-16-be")
_REFUSED = ("utf-7", "hz", "iso2022", "utf-32")  # in these the start of a tag may be hidden
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARATION = re.compile(
    rb"""\A\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._:-]+)["'][^>]*\?>"""
)


class UnknownEncoding(ValueError):
    """Bytes that are not of the encoding that is declared, which is UTF-8 where none is."""


def parsed(data: bytes) -> Element:
    """The root of XML.

    Raises:
        UnknownEncoding: it is not of the encoding that it declares, or declares one that is not
            known.
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
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _text(data[len(mark) :], encoding, "as its byte-order mark says")
    declaration = _DECLARATION.match(data)
    if not declaration:
        return data if b"\0" in data else _text(data, "utf-8", "and no other encoding is declared")
    declared = declaration.group(1).decode()
    rest, name = data[declaration.end() :], _codec(declared)
    if name in _UTF8:
        return _text(rest, "utf-8", f"though {declared} is declared")
    if name in _UTF16:  # programs of .NET declare what their strings have, whatever they save
        return _text(rest, "utf-8", f"nor {declared}, which is declared")
    return _of_multi_byte(rest, _MULTI_BYTE[name], declared) if name in _MULTI_BYTE else data


def _codec(declared: str) -> str:
    """Python's name of an encoding."""
    for name in (declared, re.sub("^x-", "", declared, flags=re.IGNORECASE)):
        try:
            known = codecs.lookup(name).name
        except LookupError:
            continue
        if not known.startswith(_REFUSED):
            return known
    raise UnknownEncoding(f"the encoding {declared[:60]!r}, which is not known")


def _of_multi_byte(data: bytes, encoding: str, declared: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:  # what is UTF-8 is so by no chance
        return _text(data, "utf-8", f"nor {declared}, which is declared")


def _text(data: bytes, encoding: str, reason: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        found = f"a byte (0x{data[error.start]:02x} at {error.start})"
        raise UnknownEncoding(f"{found} that is not {encoding.upper()}, {reason}") from error
    return _without_declaration(text)


def _without_declaration(text: str) -> str:
    # After a byte-order mark it may name another encoding, which then is wrong.
    return re.sub(r"\A\s*<\?xml[^>]*\?>", "", text)


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
