"""Publishes detections to an MQTT broker, where Home Assistant finds them by itself."""

from __future__ import annotations

import importlib
import json
import logging
import re
import ssl
import sys
import time
import urllib.parse
from typing import Any, Dict, Optional, Sequence

from ..errors import InputError, UsageError, reason_of
from ..sources.address import split_address, without_password
from ..structures import Result
from .record import record
from .sink import Sink

_LOG = logging.getLogger(__name__)

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_DISCOVERY = "homeassistant"
_INTERVAL = 1.0  # seconds between messages that say the same
# Of X509_verify_cert: a certificate for another name, or for another IP address.
_MISMATCHES = (62, 64)
_OTHER_NAME = "take the name or address for which it was made"
_UNTRUSTED = (
    "put its authority's into /usr/local/share/ca-certificates/NAME.crt and run"
    " sudo update-ca-certificates, or name the file in SSL_CERT_FILE"
)
_FAREWELL = 1.0  # seconds for the last message when the program ends


class Mqtt(Sink):
    """Publishes what is on the current frame, and whether the detector runs.

    ``TOPIC/state`` gets the JSON object of a frame, with the number of objects by class in
    ``objects``: when those numbers change, else once a second. ``TOPIC/status`` is ``online`` or
    ``offline``, also when the device loses its power (the broker keeps our last will). A broker
    that goes away is tried again until it is back; what happens meanwhile is not published.
    """

    def __init__(self, address: str, labels: Sequence[str]) -> None:
        """Begins to connect, and does not wait for it.

        Args:
            address: ``mqtt://USER:PASSWORD@HOST:PORT/TOPIC``, or ``mqtts://`` for TLS, where
                the broker's certificate must be of an authority that this device or the file
                ``SSL_CERT_FILE`` has.
            labels: Class names, each a sensor of Home Assistant.

        Raises:
            UsageError: The address is none.
            InputError: paho-mqtt is not installed.
        """
        parts = split_address(address)
        self._topic = urllib.parse.unquote(parts.path).strip("/") if parts else ""
        if parts is None or parts.scheme not in _PORTS or not self._topic:
            raise UsageError(
                "--mqtt takes an address such as mqtt://host/topic, got"
                f" {without_password(address)}"
            )
        if re.search(r"[#+\0]", self._topic):
            raise UsageError(f"--mqtt: a topic holds no # and no +, got {self._topic}")
        self._shown = f"{parts.scheme}://{parts.hostname}"
        self._labels = labels
        self._connected, self._said = False, False
        self._last: Dict[str, int] = {}
        self._published = float("-inf")
        self._client = _client()
        if parts.username is not None:
            self._client.username_pw_set(
                urllib.parse.unquote(parts.username), urllib.parse.unquote(parts.password or "")
            )
        if parts.scheme == "mqtts":
            self._client.tls_set()
        self._client.will_set(f"{self._topic}/status", "offline", qos=1, retain=True)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_disconnect = self._on_disconnect
        self._client.reconnect_delay_set(1, 30)
        try:
            self._client.connect_async(parts.hostname, parts.port or _PORTS[parts.scheme])
        except ValueError as error:
            raise UsageError(f"{without_password(address)}: {error}") from None
        self._client.loop_start()

    def write(self, result: Result) -> None:
        """Publishes the frame where its objects changed, or a second after the last one."""
        objects = dict.fromkeys(self._labels, 0)
        for detection in result.detections:
            objects[detection.label] += 1
        now = time.monotonic()
        if not self._connected or (objects == self._last and now - self._published < _INTERVAL):
            return
        self._last, self._published = objects, now
        state = {**record(result), "objects": objects}
        self._client.publish(f"{self._topic}/state", json.dumps(state))

    def close(self, error: Optional[BaseException]) -> None:
        """Says that the detector is offline."""
        if self._connected:
            message = self._client.publish(f"{self._topic}/status", "offline", qos=1, retain=True)
            deadline = time.monotonic() + _FAREWELL
            while not message.is_published() and time.monotonic() < deadline:
                time.sleep(0.01)
        self._client.on_disconnect = None
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: Any, user_data: Any, flags: Any, code: Any, *rest: Any) -> None:
        """Announces us; called by paho's thread. Version 2 passes properties, too."""
        if code != 0:
            self._say(f"the broker refuses us ({_reason(code)}); check user and password")
            return
        for label in self._labels:
            topic = f"{_DISCOVERY}/sensor/{_identifier(self._topic)}/{_identifier(label)}/config"
            client.publish(topic, json.dumps(self._sensor(label)), qos=1, retain=True)
        client.publish(f"{self._topic}/status", "online", qos=1, retain=True)
        self._last, self._connected, self._said = {}, True, False

    def _on_connect_fail(self, *arguments: Any) -> None:
        # paho calls it while it handles the error.
        error = sys.exc_info()[1]
        if isinstance(error, ssl.SSLCertVerificationError):
            remedy = _OTHER_NAME if error.verify_code in _MISMATCHES else _UNTRUSTED
            self._say(f"its certificate is not accepted ({reason_of(error)}); {remedy}")
        elif isinstance(error, OSError):
            self._say(f"cannot be reached ({reason_of(error)}); trying again until it can")
        else:
            self._say("cannot be reached; trying again until it can")

    def _on_disconnect(self, *arguments: Any) -> None:
        if self._connected:
            self._connected = False
            self._say("the broker has gone; trying again until it is back")

    def _say(self, what: str) -> None:
        """Logs the first trouble since the last connection."""
        if not self._said:
            self._said = True
            _LOG.warning("%s: %s", self._shown, what)

    def _sensor(self, label: str) -> Dict[str, Any]:
        """Returns Home Assistant's description of a class.

        https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
        """
        node = _identifier(self._topic)
        return {
            "name": label,
            "unique_id": f"{node}_{_identifier(label)}",
            "state_topic": f"{self._topic}/state",
            "value_template": "{{ value_json.objects[" + json.dumps(label) + "] }}",
            "state_class": "measurement",
            "unit_of_measurement": "objects",
            "icon": "mdi:cctv",
            "availability_topic": f"{self._topic}/status",
            "device": {"identifiers": [node], "name": self._topic, "model": "detect.py"},
        }


def _client() -> Any:
    """Returns a client of paho-mqtt 1 or 2."""
    try:
        paho = importlib.import_module("paho.mqtt.client")
    except ImportError:
        raise InputError(
            "--mqtt needs paho-mqtt, which is not installed: sudo apt install python3-paho-mqtt"
        ) from None
    versions = getattr(paho, "CallbackAPIVersion", None)
    return paho.Client(*([versions.VERSION2] if versions else []))


def _reason(code: Any) -> str:
    return str(code) if not isinstance(code, int) else f"return code {code}"


def _identifier(text: str) -> str:
    """Returns a text as a part of a discovery topic: other letters become their numbers."""
    return re.sub(r"[^a-zA-Z0-9_-]", lambda letter: f"_{ord(letter.group()):x}", text)
