"""Getting a model of the zoo: from its server, a mirror or a file, into the checkpoint channel."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Union

from helpers.pipeline_config import config_diff, pipeline, warm_start
from helpers.pretrained import download, zoo_archive
from helpers.pretrained.model_zoo import Model
from helpers.structures.errors import BadInput
from helpers.system import files
from helpers.system.deadline import Deadline
from helpers.workspace import CHECKPOINT_PREFIX, TrainingChannel

HOST = "https://storage.googleapis.com/download.tensorflow.org/models/object_detection"
RECORD = "zoo.json"  # beside the model: which one it is


class Installed(NamedTuple):
    """A model that is ready to be fine-tuned.

    Attributes:
        folder: holds ``model.ckpt.*`` and ``pipeline.config``.
        corrected: what in its config was set to what its checkpoint holds.
    """

    folder: Path
    corrected: List[str]


def cache_folder() -> Path:
    """Where archives are kept, so that each is fetched once for all work folders."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "photos-to-pi" / "zoo"


def fetch(
    model: Model,
    mirror: str = "",
    cache: Union[str, Path, None] = None,
    patience: float = download.PATIENCE,
    deadline: Optional[Deadline] = None,
) -> Path:
    """An archive of the zoo on this machine, checked against its checksum.

    Where none is known, that of the first time is kept and counts from then on.

    Args:
        model: of ``model_zoo.MODELS``.
        mirror: the archive, a folder with it, or an address below which it lies; empty is the
            zoo itself.
        cache: folder to keep it in; ``None`` is that of the user.
        patience: seconds to wait for a server's answer.
        deadline: for the download.

    Raises:
        BadInput: there is no such file, or it is another one than it should be.
        MissingPart: the server cannot be reached, or the time is over.
    """
    cache = Path(cache or cache_folder())
    source = mirror or HOST
    if "://" in source:
        path = cache / model.file
        url = source if source.endswith(".tar.gz") else f"{source.rstrip('/')}/{model.file}"
        if not path.exists():
            download.fetch(
                url,
                path,
                f"Get {model.file} by other means and give it: python -m "
                f"helpers zoo {model.name} --mirror {model.file}",
                patience,
                deadline,
            )
    else:
        path = Path(source) / model.file if Path(source).is_dir() else Path(source)
        if not path.is_file():
            raise BadInput.of(
                path,
                "no such file",
                f"{model.file} of the model zoo",
                "Give the archive, or the folder that it lies in.",
            )
    _check_sum(model, path, cache)
    return path


def _check_sum(model: Model, path: Path, cache: Path) -> None:
    kept = cache / f"{model.file}.sha256"
    digest = files.sha256(path)
    expected = model.sha256 or (files.read_text(kept).split(" ")[0] if kept.exists() else digest)
    if digest == expected:
        files.write_text(kept, f"{digest}  {model.file}\n")  # as sha256sum writes it
        return
    if path.parent == cache:
        path.unlink()
        raise BadInput.of(
            path,
            f"the sha256 {digest}",
            expected,
            "It was deleted: run this again, or give another mirror: zoo NAME --mirror.",
        )
    remedy = (
        "Fetch it again."
        if model.sha256
        else f"Fetch it again; if it is meant to be another one than before, delete {kept}."
    )
    raise BadInput.of(path, f"the sha256 {digest}", expected, remedy)


def install(model: Model, archive: Path, out: Union[str, Path]) -> Installed:
    """Unpacks a model into the checkpoint channel, with its config as a template.

    Args:
        model: of ``model_zoo.MODELS``.
        archive: of :func:`fetch`.
        out: the folder; a model that this program put there is replaced.

    Raises:
        BadInput: the folder holds a model of other origin, or the archive no usable one.
    """
    out = Path(out)
    known = files.read_json(out / RECORD) if (out / RECORD).exists() else {"files": {}}
    foreign = [
        path.name
        for path in sorted(out.glob("*"))
        if path.name not in known["files"]
        and path.name != RECORD
        and (path.name.startswith(CHECKPOINT_PREFIX) or path.name in zoo_archive.BESIDE)
    ]
    if foreign:
        raise BadInput.of(
            out,
            f"{', '.join(foreign)}, not from the zoo",
            "a folder without a model of your own",
            "Move it away, or give another folder with -o.",
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".zoo-", dir=str(out)) as beside:
            zoo_archive.extract_checkpoint(archive, Path(beside))
            corrected = _correct(Path(beside))
            _move(model, archive, Path(beside), out, known["files"])
    except OSError as error:
        raise files.unwritable(out, error) from error
    return Installed(out, corrected)


def _correct(folder: Path) -> List[str]:
    """Makes the config that of the checkpoint beside it; returns what had to be changed."""
    stored = warm_start.shapes(folder / CHECKPOINT_PREFIX)
    config = pipeline.read(folder / TrainingChannel.CONFIG)
    fitting = warm_start.fitted_to_checkpoint(config, stored)
    pipeline.write(fitting, folder / TrainingChannel.CONFIG)
    return config_diff.changes(config, fitting)


def _move(model: Model, archive: Path, beside: Path, out: Path, former: Dict[str, str]) -> None:
    """Replaces the former model; what is ours is written down first, should this be cut short."""
    new = {path.name: files.sha256(path) for path in sorted(beside.glob("*"))}
    record = {"model": model.name, "archive": model.file, "sha256": files.sha256(archive)}
    files.write_json(out / RECORD, dict(record, files={**former, **new}))
    for name in sorted(set(former) - set(new)):
        if (out / name).exists():
            (out / name).unlink()
    for name in new:
        shutil.move(str(beside / name), str(out / name))
    files.write_json(out / RECORD, dict(record, files=new))
