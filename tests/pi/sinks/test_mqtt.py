"""Detections reach a real broker, also one that goes and returns, with paho-mqtt 1 and 2."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import until

from detection.errors import InputError, UsageError
from detection.sinks.mqtt import Mqtt

TOPIC = "home/front door"
# Runs in a process of its own, beside the paho-mqtt under test.
PUBLISHER = """
import logging, sys, time
from pi_results import grey, result
from detection.sinks.mqtt import Mqtt
from detection.structures import Detection

logging.basicConfig(format="%(message)s")
with Mqtt(sys.argv[1], ["cup", "it's big"]) as sink:
    for number in range(int(sys.argv[2])):
        found = [Detection("cup", 0.9, (1.0, 2.0, 3.0, 4.0))] * (number // 20 % 2)
        started = time.monotonic()
        sink.write(result(grey(number=number), *found))
        if time.monotonic() - started > 0.5:
            print("slow", file=sys.stderr)
        time.sleep(0.05)
"""


@pytest.fixture(scope="session", params=["1.6.1", "2.1.0"])
def paho(request, tmp_path_factory):
    """A folder with one version of paho-mqtt."""
    folder = tmp_path_factory.mktemp("paho")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)]
    ran = subprocess.run([*command, f"paho-mqtt=={request.param}"], stderr=subprocess.PIPE)
    if ran.returncode:
        pytest.skip(f"paho-mqtt {request.param}: {ran.stderr.decode()[-200:]}")
    return folder


class Broker:
    """A mosquitto that wants a password; started and stopped at will on one port."""

    def __init__(self, program, folder):
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        passwords = folder / "passwords"
        passwords.write_text("pi:s@cret\n")
        subprocess.check_call(["mosquitto_passwd", "-U", str(passwords)])
        self._config = folder / "mosquitto.conf"
        lines = [f"listener {self.port} 127.0.0.1", f"password_file {passwords}", "user root"]
        self._config.write_text("\n".join(lines) + "\n")
        self._program = program
        self.address = f"mqtt://pi:s%40cret@127.0.0.1:{self.port}/{TOPIC.replace(' ', '%20')}"
        self.start()

    def start(self):
        self._process = subprocess.Popen(
            [self._program, "-c", str(self._config)], stderr=subprocess.DEVNULL
        )
        until(self._listens)

    def stop(self):
        self._process.kill()
        self._process.wait()

    def _listens(self):
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def messages(self, topic, count=1):
        """The next messages on a topic: pairs of topic and text."""
        command = ["mosquitto_sub", "-p", self.port, "-u", "pi", "-P", "s@cret", "-t", topic]
        command += ["-C", count, "-W", 20, "-F", "%t\t%p"]
        ran = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE)
        return [tuple(line.split("\t")) for line in ran.stdout.decode().splitlines()]

    def status(self):
        return [text for _, text in self.messages(f"{TOPIC}/status")]


@pytest.fixture()
def broker(tmp_path):
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin"])
    program = shutil.which("mosquitto", path=path)
    if not program or not shutil.which("mosquitto_sub"):
        pytest.skip("no mosquitto: apt-get install mosquitto mosquitto-clients")
    one = Broker(program, tmp_path)
    yield one
    one.stop()


@pytest.fixture()
def publish(paho, pi_folder):
    """Starts the publisher."""
    processes = []
    tests = str(Path(__file__).resolve().parents[2])

    def start(address, frames=100000):
        process = subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, address, str(frames)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(paho), str(pi_folder), tests])},
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stderr.close()


def test_a_broker_that_goes_and_returns(broker, publish):
    process = publish(broker.address)
    until(lambda: broker.status() == ["online"])
    configs = {topic: json.loads(text) for topic, text in broker.messages("homeassistant/#", 2)}
    assert sorted(configs) == [
        "homeassistant/sensor/home_2ffront_20door/cup/config",
        "homeassistant/sensor/home_2ffront_20door/it_27s_20big/config",
    ]
    config = configs["homeassistant/sensor/home_2ffront_20door/cup/config"]
    assert config["state_topic"] == f"{TOPIC}/state"
    assert config["availability_topic"] == f"{TOPIC}/status"
    states = [json.loads(text) for _, text in broker.messages(f"{TOPIC}/state", 3)]
    assert {state["objects"]["cup"] for state in states} == {0, 1}
    assert all(len(state["detections"]) == state["objects"]["cup"] for state in states)
    broker.stop()
    broker.start()
    # It has forgotten all; so this is a new connection.
    until(lambda: broker.status() == ["online"])
    assert len(broker.messages(f"{TOPIC}/state")) == 1
    process.kill()
    _, error = process.communicate()
    until(lambda: broker.status() == ["offline"])
    (line,) = error.splitlines()
    assert "127.0.0.1" in line and "cret" not in line


def test_the_end_is_published(broker, publish):
    process = publish(broker.address, 40)
    until(lambda: broker.status() == ["online"])
    assert process.wait(timeout=30) == 0
    assert broker.status() == ["offline"]


@pytest.mark.parametrize(
    "user, running", [("wrong", True), ("pi", False)], ids=["wrong password", "no broker"]
)
def test_what_keeps_it_from_the_broker_is_said_once(broker, publish, user, running):
    if not running:
        broker.stop()
    process = publish(broker.address.replace("pi:s", f"{user}:s"), 80)
    _, error = process.communicate(timeout=60)
    (line,) = error.splitlines()
    assert process.returncode == 0
    assert "127.0.0.1" in line and "cret" not in line


@pytest.mark.parametrize(
    "address",
    [
        "host/topic",
        "mqtt://host",
        "mqtt://host/",
        "http://host/a",
        "mqtt://host/a/%23",
        "mqtt:///a",
    ],
)
def test_no_address(address):
    with pytest.raises(UsageError, match="--mqtt"):
        Mqtt(address, ["cup"])


def test_without_paho(monkeypatch):
    monkeypatch.setitem(sys.modules, "paho.mqtt.client", None)
    monkeypatch.setitem(sys.modules, "paho.mqtt", None)
    monkeypatch.setitem(sys.modules, "paho", None)
    with pytest.raises(InputError, match="python3-paho-mqtt"):
        Mqtt("mqtt://host/topic", ["cup"])
