"""The XML file of each image: the one that speaks of it, or the name that LabelImg would give."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Dict, List, Sequence, Union

from helpers.annotations.formats import voc
from helpers.annotations.image_index import ImageIndex


class XmlPaths:
    """Finds the XML of each image, also where the names differ.

    Args:
        folder: the images.
        annotations: the folder of the XML files, which need not exist yet.
    """

    def __init__(self, folder: ImageIndex, annotations: Union[str, Path]) -> None:
        self._root = Path(annotations).resolve()
        self._names = _default_names(folder.paths)
        defaults = {self._root / name for name in self._names.values()}
        self._others: Dict[str, Path] = {}
        for xml in files_below(self._root):
            other = xml.suffix.lower() == ".xml" and xml not in defaults
            record = voc.read_one(xml, folder)[0] if other else None
            if record:
                self._others.setdefault(record.path, xml)

    def __getitem__(self, path: str) -> Path:
        """The path of an image's XML, which need not exist yet."""
        default = self._root / self._names[path]
        return default if default.exists() else self._others.get(path, default)


def files_below(folder: Path) -> List[Path]:
    """Every file below a folder, sorted, without hidden ones.

    Args:
        folder: need not exist.
    """
    return [
        path
        for path in sorted(folder.glob("**/*"))
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _default_names(paths: Sequence[str]) -> Dict[str, str]:
    """Names as LabelImg gives them; with the suffix where two images would share one."""
    plain = {path: Path(path).with_suffix(".xml").as_posix() for path in paths}
    owners = Counter(plain.values())
    return {path: name if owners[name] == 1 else f"{path}.xml" for path, name in plain.items()}


def may_hold_xml(annotations: Path) -> bool:
    """Whether a folder is for XML files: it has some, or nothing yet.

    Args:
        annotations: need not exist.
    """
    suffixes = {path.suffix.lower() for path in files_below(annotations)}
    return not annotations.is_file() and (not suffixes or ".xml" in suffixes)
