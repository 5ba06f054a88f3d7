"""AWS's refusals, and lines that break on the way to it, as one message each."""

from __future__ import annotations

import contextlib
from typing import Any, Dict, Iterator

from helpers.structures.errors import HelpersError


@contextlib.contextmanager
def translated_errors(what: str, remedy: str = "") -> Iterator[None]:
    """Turns AWS's refusals inside it into one message.

    Args:
        what: what was being done, with its name.
        remedy: what the user can do; by default, look at the credentials and the rights.

    Raises:
        HelpersError: with AWS's own words.
    """
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        advice = remedy or "Check the name, the region and what these credentials may do."
        raise HelpersError(f"{what}: AWS refused ({quoted(error)}). {advice}") from error


def code_of(error: Exception) -> str:
    """AWS's code for an error, as ``NoSuchBucket``; empty where it gave none."""
    return str(_answer(error).get("Code", ""))


def is_denied(error: Exception) -> bool:
    """Whether AWS refused because the credentials do not have the right."""
    return code_of(error) in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


def quoted(error: Exception) -> str:
    """An error's code and AWS's own words; the kind of error where AWS said nothing."""
    message = _answer(error).get("Message", "") or str(error)
    return f"{code_of(error) or type(error).__name__}: {message}"


def _answer(error: Exception) -> Dict[str, Any]:
    """What AWS said; nothing where the line broke before it could."""
    response = getattr(error, "response", None) or {}
    return dict(response.get("Error", {}))
