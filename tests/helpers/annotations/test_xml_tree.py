"""XML in any declared encoding; entities are refused in all of them."""

from xml.etree.ElementTree import fromstring, tostring

import pytest
from defusedxml import DefusedXmlException

from helpers.annotations import xml_tree

ENTITY = '<!DOCTYPE a [<!ENTITY b "ha">]>'


def document(encoding, name, prolog=""):
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>\n' if encoding else ""
    return f"{declaration}{prolog}<a><name>{name}</name></a>"


@pytest.mark.parametrize(
    "declared, codec, name",
    [
        ("gb2312", "gb2312", "猕猴桃"),
        ("GBK", "gbk", "猕猴桃"),
        ("gb2312", "gb18030", "𠀀"),
        ("Big5", "big5", "鳥"),
        ("Shift_JIS", "shift_jis", "鳥ソ"),
        ("euc-jp", "euc_jp", "鳥"),
        ("EUC-KR", "euc_kr", "새"),
        ("windows-1252", "cp1252", "pájaro €"),
        ("ISO-8859-1", "latin-1", "pájaro"),
        ("windows-1251", "cp1251", "птица"),
        ("utf-8", "utf-8", "pájaro"),
        ("utf-8", "utf-8-sig", "鳥"),
        ("utf-16", "utf-16", "鳥"),
        ("utf-16", "utf-8", "pájaro"),
        ("utf8", "utf-8", "鳥"),
        ("us-ascii", "utf-8", "鳥"),
        ("cp936", "gbk", "鳥"),
        ("x-sjis", "shift_jis", "鳥"),
        ("gb2312", "utf-8", "鳥"),
        ("gb2312", "utf-8-sig", "鳥"),
        ("unicode", "utf-16", "鳥"),
        ("", "utf-8", "鳥"),
        ("", "utf-8-sig", "鳥"),
        ("", "utf-16", "鳥"),
    ],
    ids=lambda value: str(value) or "nothing",
)
def test_text_is_read_in_the_encoding_that_is_declared(declared, codec, name):
    assert xml_tree.parsed(document(declared, name).encode(codec)).findtext("name") == name


@pytest.mark.parametrize(
    "declared, codec",
    [
        ("", "latin-1"),
        ("utf-8", "cp1252"),
        ("", "gbk"),
        ("ansi", "cp1252"),
        ("utf-7", "utf-7"),
        ("iso-2022-jp", "iso2022_jp"),
        ("gb2312", "latin-1"),
    ],
    ids=["latin-1", "cp1252 as utf-8", "gbk", "no such", "utf-7", "with escapes", "not gb2312"],
)
def test_an_encoding_that_is_not_declared_or_not_known_is_named(declared, codec):
    name = "鳥" if codec in ("gbk", "iso2022_jp") else "café"
    with pytest.raises(xml_tree.UnknownEncoding, match="UTF-8|known"):
        xml_tree.parsed(document(declared, name).encode(codec))


@pytest.mark.parametrize(
    "declared, codec",
    [
        ("", "utf-8"),
        ("gbk", "gbk"),
        ("shift_jis", "shift_jis"),
        ("utf-16", "utf-16"),
        ("", "utf-16"),
        ("gb2312", "utf-16"),
        ("", "utf-16-le"),
    ],
    ids=str,
)
def test_entities_are_refused(declared, codec):
    with pytest.raises(DefusedXmlException):
        xml_tree.parsed(document(declared, "&b;", ENTITY).encode(codec))


def test_bytes_that_are_not_of_the_declared_encoding_are_refused():
    with pytest.raises(ValueError):
        xml_tree.parsed(document("gb2312", "").encode() + b"\xff\xff")


def test_each_element_gets_a_line_of_its_own():
    root = fromstring("<a><b>x</b><c><d/></c></a>")
    xml_tree.indent(root, "  ")
    assert tostring(root, encoding="unicode").split("\n") == [
        "<a>",
        "  <b>x</b>",
        "  <c>",
        "    <d />",
        "  </c>",
        "</a>",
    ]
