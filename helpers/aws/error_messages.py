"""AWS's refusals, and lines that break on the way to it, as one sentence and its remedy each."""

from __future__ import annotations

import contextlib
import re
from typing import Any, Dict, Iterator, List, NamedTuple

from helpers.aws.access_errors import ACCESS_ERRORS, Known
from helpers.aws.service_errors import SERVICE_ERRORS
from helpers.structures.errors import HelpersError

_KNOWN = (*ACCESS_ERRORS, *SERVICE_ERRORS)  # the first that fits counts
_DEFAULT_REMEDY = "Check the name, the region and what these credentials may do"
# What S3 leaves out of its "Access Denied".
_S3_ACTIONS = {
    "CompleteMultipartUpload": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "DeleteObjects": "s3:DeleteObject",
    "HeadBucket": "s3:ListBucket",
    "HeadObject": "s3:GetObject",
    "ListObjects": "s3:ListBucket",
    "ListObjectsV2": "s3:ListBucket",
    "UploadPart": "s3:PutObject",
}


class Explained(NamedTuple):
    """An error in plain words.

    Attributes:
        cause: a clause, without a stop.
        remedy: a sentence, without its stop.
        code: AWS's own, or the name of the exception.
        is_known: whether these are words of ours.
        of_the_thing: whether what was asked for is at fault, not the way there.
    """

    cause: str
    remedy: str
    code: str
    is_known: bool = True
    of_the_thing: bool = False

    @property
    def quoted(self) -> str:
        """The cause with AWS's code, by which more can be found."""
        return f"{self.cause} [{self.code}]"


def quoted(error: Exception) -> str:
    """The cause of an error with AWS's code, for messages that have a remedy of their own."""
    return explain(error).quoted


@contextlib.contextmanager
def translated_errors(what: str, remedy: str = "") -> Iterator[None]:
    """Turns AWS's refusals and broken lines inside it into one message.

    Args:
        what: what was being done, with its name.
        remedy: what the user can do where that is not there, or is refused for a reason that has
            no remedy of its own; credentials, rights and lines have theirs.

    Raises:
        HelpersError: with the cause and its remedy.
    """
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError, ResponseParserError) as error:
        said = explain(error)
        own = remedy if remedy and (said.of_the_thing or not said.is_known) else said.remedy
        raise HelpersError(f"{what}: {said.quoted}. {own.rstrip('.')}.") from error


def explain(error: Exception) -> Explained:
    """What an error means and what helps.

    Args:
        error: of boto3 or botocore.
    """
    error = _root(error)
    facts = _facts(error)
    for name in _names(error):
        for known in _KNOWN:
            match = re.search(known.words, facts["message"], re.S)
            if name in known.names.split() and match:
                return _filled(known, dict(facts, **_groups(match)))
    text = facts["message"] or "no word of why"
    return Explained(f"AWS refused: {text}", _DEFAULT_REMEDY, facts["code"], False, True)


def failure_remedy(reason: str) -> str:
    """What helps a job that failed so; empty where only its log can tell.

    Args:
        reason: the ``FailureReason`` of SageMaker, as ``CapacityError: Unable to provision ...``.
    """
    code, colon, message = reason.partition(": ")
    facts = {"code": code, "message": _one_line(message), "action": "", "region": ""}
    for known in _KNOWN if colon else ():
        match = re.search(known.words, facts["message"])
        if code in known.names.split() and match:
            return f"{_filled(known, dict(facts, **_groups(match))).remedy}."
    return ""


def _filled(known: Known, facts: Dict[str, str]) -> Explained:
    values = _Fields(facts)
    return Explained(
        known.cause.format_map(values),
        known.remedy.format_map(values),
        facts["code"],
        True,
        known.of_the_thing,
    )


class _Fields(Dict[str, str]):
    """What is known of an error; of what is not known, that it is some."""

    def __missing__(self, name: str) -> str:
        return f"some {name}"


def _groups(match: Any) -> Dict[str, str]:
    return {name: value for name, value in match.groupdict().items() if value}


def code_of(error: Exception) -> str:
    """AWS's code for an error, as ``NoSuchBucket``; empty where it gave none."""
    return str(_answer(error).get("Code", ""))


def is_denied(error: Exception) -> bool:
    """Whether AWS refused because the credentials do not have the right."""
    return code_of(error) in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


def _root(error: Exception) -> Exception:
    """What S3's transfers wrap into errors of their own."""
    inner = getattr(error, "last_exception", None) or error.__cause__ or error.__context__
    wraps = type(error).__module__ == "boto3.exceptions"
    return inner if wraps and isinstance(inner, Exception) else error


def _names(error: Exception) -> List[str]:
    """What an error is called, the most special name first."""
    kinds = [kind.__name__ for kind in type(error).__mro__]
    if "ClientError" not in kinds:
        return kinds
    status = str(_metadata(error).get("HTTPStatusCode", ""))
    return [code_of(error) or "Unknown", status]


def _facts(error: Exception) -> Dict[str, str]:
    answer, operation = _answer(error), getattr(error, "operation_name", "")
    known = {name: _one_line(str(value)) for name, value in getattr(error, "kwargs", {}).items()}
    message = str(answer.get("Message", "") or ("" if operation else error))
    return dict(
        known,
        code=code_of(error) or type(error).__name__,
        message=_one_line(message),
        action=_action(error, operation),
        region=_bucket_region(error),
    )


def _action(error: Exception, operation: str) -> str:
    """The right that an operation needs, as far as an error tells: S3 alone names its host."""
    if "x-amz-id-2" not in _metadata(error).get("HTTPHeaders", {}):
        return operation
    return _S3_ACTIONS.get(operation, f"s3:{operation}")


def _bucket_region(error: Exception) -> str:
    """Where S3 says that a bucket is, as ``, us-west-2``; empty where it says nothing."""
    region = _metadata(error).get("HTTPHeaders", {}).get("x-amz-bucket-region", "")
    answer = _answer(error)
    expected = re.search(r"expecting '([\w-]+)'", str(answer.get("Message", "")))
    region = region or answer.get("Region", "") or (expected.group(1) if expected else "")
    return f", {region}" if region else ""


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def _answer(error: Exception) -> Dict[str, Any]:
    """What AWS said; nothing where the line broke before it could."""
    return dict(_response(error).get("Error", {}))


def _metadata(error: Exception) -> Dict[str, Any]:
    """State and headers of HTTP."""
    return dict(_response(error).get("ResponseMetadata", {}))


def _response(error: Exception) -> Dict[str, Any]:
    """Of a refusal; of a broken line nothing."""
    response = getattr(error, "response", None)
    return response if isinstance(response, dict) else {}
