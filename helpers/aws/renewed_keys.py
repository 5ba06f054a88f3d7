"""Keys that expire, for a process that reads S3 with TensorFlow's own client.

Keys in the environment of a process stay what they were when it started. The client also takes
them from a file, which it reads again every five minutes: so the file is kept up to date here.
botocore renews keys ten minutes or more before they expire, and those two together take six.

Source: aws-sdk-cpp, ``ProfileConfigFileAWSCredentialsProvider`` with its ``REFRESH_THRESHOLD``.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import threading
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Sequence

from helpers.aws.error_messages import quoted
from helpers.aws.tensorflow_s3 import KEYS
from helpers.structures.errors import MissingPart
from helpers.system import files

log = logging.getLogger(__name__)
EVERY = 60.0  # seconds between two looks at the credentials
FILE = "AWS_SHARED_CREDENTIALS_FILE"
_PROFILES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")  # which the client would look for in the file
_OWN = "default"


@contextlib.contextmanager
def renewed(environment: Mapping[str, str]) -> Iterator[Dict[str, str]]:
    """The variables of a process, whose keys lie in a file that is kept up to date if they expire.

    The file is for this user alone, and is gone with the body. Keys that do not expire stay in the
    environment, and so do those that come from the environment of this process, since nobody can
    renew them there: that is said before the body.

    Args:
        environment: as :func:`tensorflow_s3.environment` gives it; may be empty.
    """
    values = [environment.get(name, "") for name in KEYS]
    if not values[-1]:  # only keys with a token expire
        yield dict(environment)
    elif values[0] == os.environ.get(KEYS[0]):
        log.warning(
            "The keys in $%s are temporary and nobody can renew them there: when they expire, S3 "
            "is not read or written any more, the rest goes on. Those of a profile are renewed.",
            KEYS[0],
        )
        yield dict(environment)
    else:
        with tempfile.TemporaryDirectory(prefix="photos-to-pi-keys-") as folder:
            path, over = Path(folder) / "credentials", threading.Event()
            _write(path, values)
            thread = threading.Thread(target=_follow, args=(path, values, over), daemon=True)
            thread.start()
            given = {**{name: "" for name in KEYS}, **{name: _OWN for name in _PROFILES}}
            try:
                yield {**environment, **given, FILE: str(path)}
            finally:
                over.set()
                thread.join()


def _follow(path: Path, values: List[str], over: threading.Event) -> None:
    """Writes the file again whenever there are new keys."""
    held, told = None, ""
    while not over.wait(EVERY):
        try:
            held = held or _held()
            now = _frozen(held)
            if not hasattr(held, "refresh_needed"):
                held = None  # out of a file, which its owner may write anew
            if now != values:
                _write(path, now)
                values, told = now, ""
        except Exception as error:  # of whatever gives credentials: the user may set it right
            held = None
            if quoted(error) != told:
                told = quoted(error)
                log.warning("The keys for S3 cannot be renewed (%s); it is tried again.", told)


def _held() -> Any:
    import boto3

    held = boto3.Session().get_credentials()
    if held is None:
        raise MissingPart("there are none any more")
    return held


def _frozen(held: Any) -> List[str]:
    frozen = held.get_frozen_credentials()
    return [frozen.access_key, frozen.secret_key, frozen.token or ""]


def _write(path: Path, values: Sequence[str]) -> None:
    lines = [f"{name.lower()} = {value}\n" for name, value in zip(KEYS, values) if value]
    files.write_text(path, "".join([f"[{_OWN}]\n", *lines]))
