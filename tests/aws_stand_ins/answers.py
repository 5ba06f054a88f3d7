"""Answers that AWS gives and moto does not: refusals in each wire format, and broken lines."""

from __future__ import annotations

import json
import time
from typing import Callable, Dict, NamedTuple, Optional
from xml.sax.saxutils import escape

from aws_stand_ins.asked import Asked

REQUEST_ID = "4442587FB7D0A2F9"
HOST_ID = "Uuag1LuByRx9e6j5Onimru9pO4ZVKnJ2Qz7"  # S3 alone sends one


class Reply(NamedTuple):
    """What goes back over the line.

    Attributes:
        status: of HTTP; 0 hangs up without a word.
        headers: of HTTP.
        body: of HTTP.
        most: how many bytes of the body are sent before the line is cut; ``None`` sends all.
    """

    status: int
    headers: Dict[str, str] = {}
    body: bytes = b""
    most: Optional[int] = None


Forward = Callable[[], Reply]
# Makes the reply to a request; may ask the server behind for its own.
Answer = Callable[[Asked, Forward], Reply]


def refusal(code: str, message: str = "", status: int = 400, **headers: str) -> Answer:
    """A refusal as the service that was asked writes it.

    Args:
        code: as ``ThrottlingException``.
        message: AWS's own words.
        status: of HTTP.
        headers: besides, with ``_`` for ``-``.
    """

    def answer(asked: Asked, forward: Forward) -> Reply:
        kind, body = _WRITERS[asked.protocol](code, message)
        sent = {"Content-Type": kind, "x-amzn-RequestId": REQUEST_ID}
        if asked.service == "s3":
            sent["x-amz-id-2"] = HOST_ID
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        return Reply(status, sent, body.encode())

    return answer


def _as_json(code: str, message: str):
    return "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message})


def _as_query(code: str, message: str):
    return "text/xml", (
        "<ErrorResponse><Error><Type>Sender</Type>"
        f"<Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        f"<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    )


def _as_xml(code: str, message: str):
    return "application/xml", (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f"<Error><Code>{code}</Code><Message>{escape(message)}</Message>"
        f"<RequestId>{REQUEST_ID}</RequestId></Error>"
    )


_WRITERS = {"json": _as_json, "query": _as_query, "rest-xml": _as_xml}


def slow(seconds: float) -> Answer:
    """The server's own answer, late."""

    def answer(asked: Asked, forward: Forward) -> Reply:
        time.sleep(seconds)
        return forward()

    return answer


def hung_up(asked: Asked, forward: Forward) -> Reply:
    """The line breaks before a word came back."""
    return Reply(0)


def lost(asked: Asked, forward: Forward) -> Reply:
    """The server did what was asked, and the line breaks before it could say so."""
    forward()
    return Reply(0)


def cut(after: int) -> Answer:
    """The line breaks in the middle of the server's own answer, after so many bytes."""

    def answer(asked: Asked, forward: Forward) -> Reply:
        return forward()._replace(most=after)

    return answer


def page(text: str, status: int = 200) -> Answer:
    """What is not AWS, as a proxy's page to log in."""

    def answer(asked: Asked, forward: Forward) -> Reply:
        return Reply(status, {"Content-Type": "text/html"}, text.encode())

    return answer


def passed(asked: Asked, forward: Forward) -> Reply:
    """The server's own answer."""
    return forward()
