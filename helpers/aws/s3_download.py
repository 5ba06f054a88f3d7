"""Fetching from S3: a folder of files, and the model of a training job."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import List

from tqdm.auto import tqdm

from helpers.aws import identity
from helpers.aws.s3_layout import Place
from helpers.aws.s3_objects import names
from helpers.system import archives, files


def fetch_folder(folder: Place, region: str, out: Path) -> List[Path]:
    """Downloads all files that lie directly in a folder.

    Args:
        folder: its key ends with a slash.
        region: of the bucket.
        out: the local folder.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    present = [name for name in names(folder, region) if name and "/" not in name]
    client = identity.client("s3", region)
    with identity.translated_errors(folder.uri):
        for name in tqdm(present, desc="fetch", unit="file", disable=None):
            with files.replacing(out / name) as part:
                client.download_file(folder.bucket, folder.key + name, str(part))
    return [out / name for name in present]


def fetch_model(place: Place, region: str, folder: Path) -> Path:
    """Downloads a job's ``model.tar.gz`` and unpacks it to ``folder/model``, in one go.

    Args:
        place: of the archive, see :func:`artefact`.
        region: of the bucket.
        folder: the job's, as ``Workspace.job``.

    Returns:
        The folder ``model``.

    Raises:
        BadInput: the archive is broken or a member lies outside of it.
        HelpersError: AWS refused, with its own words.
    """
    archive, beside = folder / "model.tar.gz", folder / ".model.part"
    with files.replacing(archive) as part, identity.translated_errors(place.uri):
        identity.client("s3", region).download_file(place.bucket, place.key, str(part))
    shutil.rmtree(str(beside), ignore_errors=True)
    archives.unpack(archive, beside)
    shutil.rmtree(str(folder / "model"), ignore_errors=True)
    return Path(shutil.move(str(beside), str(folder / "model")))
