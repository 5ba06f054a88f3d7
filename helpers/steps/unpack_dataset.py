"""Data sets that come in one piece, a zip archive or TFRecords, made into files and folders."""

from __future__ import annotations

import itertools
import logging
from pathlib import Path
from typing import Dict, List, Optional, Union

from tqdm.auto import tqdm

from helpers.annotations import csv_table, given_split, label_map_file
from helpers.annotations.image_index import SUFFIXES, ImageIndex
from helpers.annotations.signatures.file_signatures import LABEL_MAP, SIGNATURES
from helpers.annotations.signatures.signature import first_fit
from helpers.structures.dataset import DatasetFolders
from helpers.structures.errors import BadInput
from helpers.system import files, zip_archives
from helpers.system.archives import Limits
from helpers.tfrecords import framing, record_import
from helpers.tfrecords.record_import import RecordFile

log = logging.getLogger(__name__)
LIMITS = Limits(max_bytes=100 << 30, max_members=2_000_000)
_MOST_OTHERS = 100  # files beside records that are looked at
_MOST_SHOWN = 20


def is_packed(source: Union[str, Path]) -> bool:
    """Whether annotations come with their images: a zip archive, or TFRecords."""
    return zip_archives.is_zip(source) or bool(record_files(Path(source)))


def unpack_dataset(
    annotations: Union[str, Path], images: Union[str, Path, None], data: Path
) -> DatasetFolders:
    """The folders of a data set; what is packed is unpacked, once, and never over anything.

    Args:
        annotations: the folder or file; also a zip archive, record files or an archive of them.
        images: the image folder, also as a zip archive. For records, where their images are put.
            ``None`` is the folder of the annotations, or what they are unpacked into.
        data: the folder below which archives are unpacked, each into a folder of its own.

    Raises:
        BadInput: an archive is broken, reaches outside or holds too much; records cannot be read,
            or their images would replace other files.
    """
    into = data / "unpacked"
    source = _unzipped(Path(annotations), into)
    records = record_files(source)
    if records:
        return _extracted(source, records, Path(images) if images else None, into)
    if images:
        return DatasetFolders(source, _unzipped(Path(images), into))
    folder = source.parent if source.is_file() else source
    was_packed = source != Path(annotations)
    if was_packed and not ImageIndex(folder).paths:
        folder = Path(annotations).parent
    return DatasetFolders(source, folder)


def _unzipped(path: Path, into: Path) -> Path:
    return zip_archives.unpack_once(path, into, LIMITS) if zip_archives.is_zip(path) else path


def record_files(source: Path) -> List[Path]:
    """The record files that a source is made of; none where it has annotations of a format."""
    paths = [source] if source.is_file() else sorted(source.glob("**/*"))
    records = [path for path in paths if framing.is_named_as_record(path) and path.is_file()]
    if not records or any(map(_is_annotation, _others(paths))):
        return []
    return records


def _others(paths: List[Path]) -> List[Path]:
    """Files that are no records and no images; enough of them to tell what they are."""
    others = (
        path
        for path in paths
        if not framing.is_named_as_record(path)
        and path.suffix.lower() not in SUFFIXES
        and path.is_file()
    )
    return list(itertools.islice(others, _MOST_OTHERS))


def _is_annotation(path: Path) -> bool:
    signature = first_fit(SIGNATURES, path)
    return signature is not None and bool(signature.format) and not signature.aside


def _extracted(
    source: Path, records: List[Path], images: Optional[Path], into: Path
) -> DatasetFolders:
    """The images of records in a folder, and their boxes as a table."""
    label_maps = _label_maps(source)
    key = files.stamp_key(*records, *label_maps, *([images] if images else []))
    folder = into / f"{source.name}-{key}"
    table, problems = folder / "data.csv", folder / "problems.json"
    folders = DatasetFolders(table, images or folder / "img")
    if not table.is_file():
        sources = [
            RecordFile(path, _names(path, label_maps), _split(path, source)) for path in records
        ]
        with tqdm(desc="reading records", unit="record", disable=None) as bar:
            found = record_import.extract(sources, folders.images, bar.update)
        files.write_json(problems, found.problems)
        csv_table.write(found.records, table)
    lines = files.read_json(problems)
    for line in lines[:_MOST_SHOWN]:
        log.warning("%s", line)
    if lines[_MOST_SHOWN:]:
        log.warning("and %d more, listed in %s", len(lines) - _MOST_SHOWN, problems)
    return folders


def _label_maps(source: Path) -> List[Path]:
    inside = source.glob("**/*.pbtxt") if source.is_dir() else ()
    paths = {*inside, *source.parent.glob("*.pbtxt")}
    signatures = ((path, first_fit(SIGNATURES, path)) for path in sorted(paths))
    return [path for path, signature in signatures if signature and signature.tool == LABEL_MAP]


def _names(record: Path, label_maps: List[Path]) -> Dict[int, str]:
    """The classes by id, of the label map in the record's folder or the nearest above it.

    Raises:
        BadInput: of several, none is called like the record, and they differ.
    """
    for folder in record.parents:
        beside = [path for path in label_maps if path.parent == folder]
        stem = record.name.partition(".")[0].lower()
        own = [path for path in beside if path.name.lower().startswith(stem)] or beside
        names = [label_map_file.names_by_id(path) for path in own]
        if names and all(one == names[0] for one in names):
            return names[0]
        if names:
            raise BadInput.of(
                folder,
                f"different label maps, {own[0].name} and {own[1].name}",
                f"one for {record.name}",
                "Remove the others, or call it like the record file.",
            )
    return {}


def _split(record: Path, source: Path) -> str:
    """The split that a record file's folder or name says; empty for none."""
    folders = record.relative_to(source).parent.as_posix() if source.is_dir() else ""
    return given_split.of_folders(f"{folders}/{record.name.partition('.')[0]}")
