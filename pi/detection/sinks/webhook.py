"""Tells another program of what appears, by an HTTP request."""

from __future__ import annotations

import base64
import json
import logging
import queue
import threading
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException
from typing import Optional

from ..errors import UsageError, reason_of
from ..sources.address import split_address, without_password
from ..structures import Result
from .cooldown import Cooldown
from .record import record
from .sink import Sink

_LOG = logging.getLogger(__name__)

_WAITING = 100  # messages; then the oldest is dropped
_TIMEOUT = 10.0  # seconds that a request may take
_PAUSES = (1.0, 5.0, 30.0)  # seconds before a message is sent again
_FAREWELL = 1.5  # seconds for the last messages when the program ends


class Webhook(Sink):
    """Posts the JSON object of a frame on which a class appears.

    A thread of its own sends, so that a server that is slow or gone never slows detection.
    """

    def __init__(self, address: str, cooldown: float) -> None:
        """Starts the thread.

        Args:
            address: ``http://`` or ``https://``; a user and password become basic authentication.
            cooldown: Seconds in which a class is told once.

        Raises:
            UsageError: The address is none.
        """
        parts = split_address(address)
        if parts is None or parts.scheme not in ("http", "https"):
            raise UsageError(
                "--webhook takes an address such as http://host/path or https://host/path, got"
                f" {without_password(address)}"
            )
        self._shown = without_password(address)
        self._headers = {"Content-Type": "application/json", "User-Agent": "detect.py"}
        if parts.username is not None:
            user, secret = map(urllib.parse.unquote, (parts.username, parts.password or ""))
            token = base64.b64encode(f"{user}:{secret}".encode()).decode("ascii")
            self._headers["Authorization"] = f"Basic {token}"
        self._address = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        self._cooldown = Cooldown(cooldown)
        self._messages: queue.Queue[Optional[bytes]] = queue.Queue(_WAITING)
        self._ending = threading.Event()
        self._failing = False
        self._thread = threading.Thread(target=self._send_all, daemon=True)
        self._thread.start()

    def write(self, result: Result) -> None:
        """Queues a message where a class is due."""
        if self._cooldown.due(result):
            self._put(json.dumps(record(result)).encode())

    def close(self, error: Optional[BaseException]) -> None:
        """Gives the last messages a moment."""
        self._ending.set()
        self._put(None)
        self._thread.join(_FAREWELL)

    def _put(self, message: Optional[bytes]) -> None:
        while True:
            try:
                return self._messages.put_nowait(message)
            except queue.Full:
                try:
                    self._messages.get_nowait()
                except queue.Empty:
                    continue

    def _send_all(self) -> None:
        while True:
            message = self._messages.get()
            if message is None:
                return
            self._send(message)

    def _send(self, message: bytes) -> None:
        for pause in (*_PAUSES, None):
            reason = self._post(message)
            if reason is None:
                self._failing = False
                return
            if not self._failing:
                _LOG.warning("%s: no message got through: %s; trying again", self._shown, reason)
            self._failing = True
            if pause is None or self._ending.wait(pause):
                return

    def _post(self, message: bytes) -> Optional[str]:
        """Returns why a message was not taken."""
        request = urllib.request.Request(self._address, message, self._headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT):
                return None
        except (OSError, HTTPException, ValueError) as error:
            return reason_of(error)
