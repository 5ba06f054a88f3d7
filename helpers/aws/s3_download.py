"""Fetching from S3: a folder of files, and the model of a training job."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import List

from tqdm.auto import tqdm

from helpers.aws.account import Account
from helpers.aws.error_messages import translated_errors
from helpers.aws.s3_layout import Place
from helpers.aws.s3_objects import names
from helpers.aws.s3_progress import ByteBar
from helpers.system import archives, files


def fetch_folder(folder: Place, account: Account, out: Path) -> List[Path]:
    """Downloads all files that lie directly in a folder.

    Args:
        folder: its key ends with a slash.
        account: whose bucket it is.
        out: the local folder.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    present = [name for name in names(folder, account) if name and "/" not in name]
    client = account.client("s3")
    with translated_errors(folder.uri):
        for name in tqdm(present, desc="fetch", unit="file", disable=None):
            with files.replacing(out / name) as part:
                client.download_file(folder.bucket, folder.key + name, str(part))
    return [out / name for name in present]


def fetch_model(place: Place, account: Account, folder: Path) -> Path:
    """Downloads a job's ``model.tar.gz`` and unpacks it to ``folder/model``, in one go.

    Args:
        place: of the archive, see :func:`artefact`.
        account: whose bucket it is.
        folder: the job's, as ``Workspace.job``.

    Returns:
        The folder ``model``.

    Raises:
        BadInput: the archive is broken or a member lies outside of it.
        HelpersError: AWS refused, with its own words.
    """
    archive, beside = folder / "model.tar.gz", folder / ".model.part"
    client = account.client("s3")
    with files.replacing(archive) as part, translated_errors(place.uri):
        size = client.head_object(Bucket=place.bucket, Key=place.key)["ContentLength"]
        with ByteBar("fetch", size) as bar:
            client.download_file(place.bucket, place.key, str(part), Callback=bar.add)
    shutil.rmtree(str(beside), ignore_errors=True)
    beside.mkdir(parents=True)
    archives.unpack(archive, beside)
    shutil.rmtree(str(folder / "model"), ignore_errors=True)
    return Path(shutil.move(str(beside), str(folder / "model")))
