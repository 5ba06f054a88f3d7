"""The XML files of one format: one file, or all below a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator, List, Tuple, Union
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException

from helpers.annotations import text_io, xml_tree
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding
from helpers.system import files


def documents(
    source: Union[str, Path], tag: str, expected: str, findings: List[Finding]
) -> Iterator[Tuple[Path, Element]]:
    """The files whose outermost element has a name.

    Args:
        source: the file or folder.
        tag: of the outermost element.
        expected: what the format is called.
        findings: where the files of a folder that cannot be used are listed.

    Yields:
        Path and outermost element of each.

    Raises:
        BadInput: there is none of the format.
    """
    return text_io.documents_among(
        text_io.below(source, (".xml",)),
        lambda path: _root(path, expected),
        lambda root: "" if root.tag == tag else f"a <{root.tag}>",
        expected,
        findings,
    )


def _root(path: Path, expected: str) -> Element:
    try:
        content = path.read_bytes()
        files.refuse_pointer(path, content[:64])
        return xml_tree.parsed(content)
    except OSError as error:
        raise files.unwritable(path, error) from error
    except DefusedXmlException as error:
        raise BadInput.of(
            path, "entities or external references", expected, "Save it again without them."
        ) from error
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise BadInput.of(
            path, f"XML that does not parse ({error})", expected, "Export it again."
        ) from error
