"""A package's weights as an archive of the model zoo: fetched, converted and cached once.

The archive is written beside its place and renamed, so that one that is there is whole. Only one
process at a time fetches and converts a package; others wait for its result.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any, Iterator, Optional

from helpers.pipeline_config import pipeline
from helpers.pretrained import (
    batch_norm_unfolding,
    detector_session,
    package_files,
    weight_conversion,
)
from helpers.pretrained.package_files import PackageFiles
from helpers.pretrained.weight_packages import WeightPackage
from helpers.pretrained.zoo_archive import LICENSE, SOURCE
from helpers.system import files
from helpers.system.deadline import Deadline
from helpers.workspace import CHECKPOINT_PREFIX, TrainingChannel

CONVERSION = 1  # goes up when the conversion gives something else
TEMPLATE = "ssd_mobilenet_v2"
IMAGES = 32  # of the built-in sample, to measure batch norms on
_WAIT = 0.2  # seconds between two tries to lock

log = logging.getLogger(__name__)


def cached(package: WeightPackage, cache: Path) -> Optional[Path]:
    """The archive that was made of a package earlier; one that was damaged since is deleted.

    Args:
        package: of ``weight_packages.PACKAGES``.
        cache: folder of the user.
    """
    archive = cache / f"{package_files.stem(package)}.converted-{CONVERSION}.tar.gz"
    kept = _sum_of(archive)
    if not archive.is_file() or not kept.is_file():
        return None
    digest = files.sha256(archive)
    if digest == files.read_text(kept).split(" ")[0]:
        return archive
    log.warning("%s: damaged on this disk (sha256 %s), made again", archive, digest)
    archive.unlink()
    return None


def converted(
    package: WeightPackage, cache: Path, deadline: Deadline, local: Optional[Path] = None
) -> Path:
    """A package's weights as an archive of the model zoo, from the cache where it is there.

    Args:
        package: of ``weight_packages.PACKAGES``.
        cache: folder of the user.
        deadline: for all of it.
        local: the package's archive on this machine; ``None`` fetches it.

    Raises:
        MissingPart: the package index cannot be reached, or the time is over.
        BadInput: the package is another one than it should be.
    """
    from tqdm.auto import tqdm

    with _locked(cache / f".{package_files.stem(package)}.lock", package, deadline):
        archive = cached(package, cache)
        if archive:
            return archive
        with tqdm(total=IMAGES + 2, desc=package.title, unit="step", disable=None) as bar:
            contents = package_files.kept_or_fetched(package, cache, deadline, local)
            bar.update()

            def on_images(count: int) -> None:
                bar.update(count)
                deadline.check(f"Converting the {package.title}")

            with tempfile.TemporaryDirectory(prefix=".convert-", dir=str(cache)) as name:
                write_checkpoint(package, contents, Path(name), on_images)
                bar.update(bar.total - bar.n)
                return _packed(package, Path(name), cache)


@contextlib.contextmanager
def _locked(path: Path, package: WeightPackage, deadline: Deadline) -> Iterator[None]:
    """Waits for processes that make the same; a lock ends with its process at the latest."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("wb")
    except OSError as error:
        raise files.unwritable(path, error) from error
    with stream:
        while not _try_lock(stream):
            deadline.check(f"Waiting for another process that fetches the {package.title}")
            time.sleep(_WAIT)
        yield


def _try_lock(stream: Any) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_checkpoint(
    package: WeightPackage,
    contents: PackageFiles,
    folder: Path,
    on_images: batch_norm_unfolding.OnImages = lambda count: None,
) -> Path:
    """Writes a checkpoint, its config, license and source, as an archive of the zoo has them.

    Args:
        package: of ``weight_packages.PACKAGES``.
        contents: of its files.
        folder: an existing one.
        on_images: called with how many more images were measured.

    Returns:
        The checkpoint's prefix.

    Raises:
        BadInput: the files do not hold the weights of the config's detector.
    """
    config = config_of(package)
    stored = weight_conversion.read(package, contents.weights)
    images = sample_images(pipeline.input_size(config)) if stored.folded else None
    values = batch_norm_unfolding.unfolded(config, stored, images, on_images)
    detector_session.save(values, folder / CHECKPOINT_PREFIX)
    pipeline.write(config, folder / TrainingChannel.CONFIG)
    (folder / LICENSE).write_bytes(contents.license)
    files.write_json(folder / SOURCE, _source(package))
    return folder / CHECKPOINT_PREFIX


def config_of(package: WeightPackage) -> Any:
    """The ``TrainEvalPipelineConfig`` of a package's detector."""
    config = pipeline.read(TEMPLATE)
    ssd = config.model.ssd
    ssd.num_classes = package.num_classes
    ssd.feature_extractor.use_depthwise = package.depthwise
    predictor = ssd.box_predictor.convolutional_box_predictor
    predictor.use_depthwise = package.depthwise
    predictor.kernel_size = 3 if package.depthwise else 1
    return config


def sample_images(size: Any) -> Any:
    """Images of the built-in sample, uint8 (n, height, width, 3).

    Args:
        size: width and height in pixels.
    """
    import numpy as np
    from PIL import Image

    from helpers.synthetic import scene

    drawn = (scene.render(index, 0)[0] for index in range(IMAGES))
    return np.stack([np.asarray(image.resize(size, Image.BILINEAR)) for image in drawn])


def _source(package: WeightPackage) -> Any:
    return {
        "package": package.name,
        "version": package.version,
        "index": package.registry,
        "archive": package.archive,
        "sha256": package.sha256,
        "files": {part.name: part.sha256 for part in package.weights},
        "license": package.license,
        "trained_on": package.trained_on,
        "changes": f"converted to an Object Detection API checkpoint (conversion {CONVERSION})",
    }


def _packed(package: WeightPackage, folder: Path, cache: Path) -> Path:
    archive = cache / f"{package_files.stem(package)}.converted-{CONVERSION}.tar.gz"
    with files.replacing(archive) as beside:
        with tarfile.open(str(beside), "w:gz", compresslevel=1) as tar:
            for path in sorted(folder.iterdir()):
                tar.add(str(path), f"{package_files.stem(package)}/{path.name}")
        files.write_text(_sum_of(archive), f"{files.sha256(beside)}  {archive.name}\n")
    return archive


def _sum_of(archive: Path) -> Path:
    return archive.with_name(f"{archive.name}.sha256")
