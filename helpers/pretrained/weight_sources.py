"""From where a model's weights are had: the cache, a mirror, the zoo, a package index.

The first that has them serves, and says so. Other weights never stand in for those of a name: a
message may name the nearest model, and the user decides.
"""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import NamedTuple, Optional, Union

from helpers.pretrained import converted_weights, download, model_zoo, zoo_install
from helpers.pretrained.model_zoo import Model
from helpers.pretrained.package_download import otherwise
from helpers.pretrained.weight_packages import WeightPackage
from helpers.structures.errors import BadInput, HelpersError, MissingPart
from helpers.system.deadline import Deadline

log = logging.getLogger(__name__)


class Found(NamedTuple):
    """A model's archive on this machine.

    Attributes:
        archive: as ``zoo_install.install`` takes it.
        source: where it came from, for people.
    """

    archive: Path
    source: str


def locate(
    model: Model,
    mirror: str = "",
    cache: Union[str, Path, None] = None,
    deadline: Optional[Deadline] = None,
) -> Found:
    """A model's archive from the first source that has it.

    Args:
        model: of ``model_zoo.MODELS``.
        mirror: the archive of the zoo or of the package, a folder with it, or an address below
            which it lies; then neither zoo nor package index is asked.
        cache: folder of the user; ``None`` is the usual one.
        deadline: for all of it.

    Raises:
        BadInput: what a source has is another file than it should be.
        MissingPart: no source can be reached, or the time is over.
    """
    cache = Path(cache or zoo_install.cache_folder())
    deadline = deadline or Deadline()
    found = _in_cache(model, cache)
    if found:
        return found
    if mirror:
        return Found(_from_mirror(model, mirror, cache, deadline), f"the mirror {mirror}")
    if not model.in_zoo:
        return _from_package(_weights_of(model), cache, deadline)
    return _from_zoo_or_package(model, cache, deadline)


def _weights_of(model: Model) -> WeightPackage:
    assert model.weights is not None, f"{model.name} has no source"
    return model.weights


def _in_cache(model: Model, cache: Path) -> Optional[Found]:
    if model.in_zoo and (cache / model.file).is_file():
        archive: Optional[Path] = zoo_install.fetch(model, cache=cache)
    else:
        archive = converted_weights.cached(model.weights, cache) if model.weights else None
    return Found(archive, f"the cache, {archive}") if archive else None


def _from_mirror(model: Model, mirror: str, cache: Path, deadline: Deadline) -> Path:
    """The zoo's archive, else the package's, as the mirror has it."""
    package = model.weights
    if package is None:
        return zoo_install.fetch(model, mirror, cache, deadline=deadline)
    local = _local_package(package, mirror)
    if local:
        return converted_weights.converted(package, cache, deadline, local)
    if "://" not in mirror:
        if model.in_zoo:
            return zoo_install.fetch(model, mirror, cache, deadline=deadline)
        raise BadInput.of(
            mirror, "no such file", package.archive, "Give the archive, or its folder."
        )
    if model.in_zoo and not mirror.endswith(package.archive):
        try:
            return zoo_install.fetch(model, mirror, cache, deadline=deadline)
        except BadInput as error:
            log.warning("%s", error.cause)
    return _package_at_address(package, mirror, cache, deadline)


def _local_package(package: WeightPackage, mirror: str) -> Optional[Path]:
    """The package's archive in a folder or as a file; ``None`` where it is not there."""
    path = Path(mirror)
    path = path / package.archive if path.is_dir() else path
    return path if path.name == package.archive and path.is_file() else None


def _package_at_address(
    package: WeightPackage, mirror: str, cache: Path, deadline: Deadline
) -> Path:
    url = mirror if mirror.endswith(package.archive) else f"{mirror.rstrip('/')}/{package.archive}"
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".mirror-", dir=str(cache)) as name:
        local = Path(name) / package.archive
        download.fetch(url, local, otherwise(package), deadline=deadline)
        return converted_weights.converted(package, cache, deadline, local)


def _from_zoo_or_package(model: Model, cache: Path, deadline: Deadline) -> Found:
    """The zoo first; where a package has the same weights it gets half of the time."""
    package = model.weights
    limit = deadline.part(0.5) if package else deadline
    try:
        return Found(zoo_install.fetch(model, cache=cache, deadline=limit), "the model zoo")
    except HelpersError as error:
        if package is None:
            raise type(error)(f"{error}{_nearest(model)}") from error
        reason = error
    log.warning("The zoo does not serve (%s): taking the %s", reason.cause, package.title)
    try:
        return _from_package(package, cache, deadline)
    except MissingPart as error:
        raise MissingPart(f"{reason.cause}. {error}") from error


def _nearest(model: Model) -> str:
    """A sentence that names another model which a package has; empty where there is none."""
    if not model.nearest:
        return ""
    other = _weights_of(model_zoo.find(model.nearest))
    return (
        f". Or start from {model.nearest}, the same network with other weights (of "
        f"{other.trained_on.split(':')[0]}), which the {other.title} has"
    )


def _from_package(package: WeightPackage, cache: Path, deadline: Deadline) -> Found:
    return Found(converted_weights.converted(package, cache, deadline), f"the {package.title}")
