"""A real broker with TLS and a certificate of its own authority: trusted once that is known."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import until

TOPIC = "porch/camera"
# In a process of its own, where the authorities are read anew.
PUBLISHER = """
import logging, sys, time
from pi_results import grey, result
from detection.sinks.mqtt import Mqtt

logging.basicConfig(format="%(message)s")
with Mqtt(sys.argv[1], ["cup"]) as sink:
    for number in range(int(sys.argv[2])):
        sink.write(result(grey(number=number)))
        time.sleep(0.05)
"""
REQUEST = "req -x509 -newkey rsa:2048 -nodes -days 2 -keyout {0}.key -out {0}.crt -subj /CN={1}"
CERTIFICATES = (
    REQUEST.format("ca", "authority"),
    "req -newkey rsa:2048 -nodes -keyout broker.key -out broker.csr -subj /CN=localhost",
    "x509 -req -days 2 -in broker.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out broker.crt"
    " -extfile names",
    REQUEST.format("other", "other"),
)


@pytest.fixture(scope="module")
def paho(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paho")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)]
    ran = subprocess.run([*command, "paho-mqtt==1.6.1"], stderr=subprocess.PIPE)
    if ran.returncode:
        pytest.skip(f"paho-mqtt: {ran.stderr.decode()[-200:]}")
    return folder


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    """Folder of the certificates, and the port of a broker whose own is for localhost."""
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin"])
    program = shutil.which("mosquitto", path=path)
    if not program or not shutil.which("mosquitto_sub") or not shutil.which("openssl"):
        pytest.skip("apt-get install mosquitto mosquitto-clients openssl")
    folder = tmp_path_factory.mktemp("tls")
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    for command in CERTIFICATES:
        options = {"cwd": str(folder), "check": True, "stderr": subprocess.PIPE}
        subprocess.run(["openssl", *command.split()], **options)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    lines = [f"listener {port} 127.0.0.1", "allow_anonymous true", "user root"]
    files = {"cafile": "ca.crt", "certfile": "broker.crt", "keyfile": "broker.key"}
    lines += [f"{name} {folder / file}" for name, file in files.items()]
    (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
    process = subprocess.Popen(
        [program, "-c", str(folder / "mosquitto.conf")], stderr=subprocess.DEVNULL
    )

    def listens():
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", port)) == 0

    until(listens)
    yield folder, port
    process.kill()
    process.wait()


@pytest.fixture()
def publish(paho, broker, pi_folder):
    """Publishes for a while; returns what was said about it."""

    def run(host, authority, frames):
        folders = [paho, pi_folder, Path(__file__).resolve().parents[2]]
        return subprocess.run(
            [sys.executable, "-c", PUBLISHER, f"mqtts://{host}:{broker[1]}/{TOPIC}", str(frames)],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(map(str, folders)),
                "SSL_CERT_FILE": str(broker[0] / authority),
            },
            stderr=subprocess.PIPE,
            universal_newlines=True,
            check=True,
            timeout=60,
        ).stderr.splitlines()

    return run


def test_a_broker_of_a_known_authority(publish, broker):
    folder, port = broker
    command = f"mosquitto_sub -h localhost -p {port} -t {TOPIC}/# -C 2 -W 30".split()
    command += ["--cafile", str(folder / "ca.crt"), "-F", "%t %p"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, universal_newlines=True) as listening:
        assert publish("localhost", "ca.crt", 40) == []
        heard = listening.communicate()[0].splitlines()
    assert f"{TOPIC}/status online" in heard
    assert any(line.startswith(f"{TOPIC}/state ") for line in heard)


@pytest.mark.parametrize(
    "host, authority, remedy",
    [("localhost", "other.crt", "SSL_CERT_FILE"), ("127.0.0.1", "ca.crt", "name")],
    ids=["unknown authority", "another name"],
)
def test_one_that_is_not_trusted_gets_nothing(publish, host, authority, remedy):
    (line,) = publish(host, authority, 60)
    assert f"mqtts://{host}" in line and "certificate" in line and remedy in line
    assert "Errno" not in line and "_ssl.c" not in line
