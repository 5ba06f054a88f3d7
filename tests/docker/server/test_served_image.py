"""``serve`` in the real image, as SageMaker starts it."""

import subprocess
import uuid

import served_model
import waiting
from served_model import photo

from helpers.system import shell


def test_the_image_serves_a_model(built_image, tmp_path):
    base, name = served_model.lay_out(tmp_path), f"test-{uuid.uuid4().hex[:12]}"
    mount = f"type=bind,source={base / 'model'},target=/opt/ml/model,readonly"
    options = ["--rm", "--detach", "--name", name, "--publish", "127.0.0.1::8080"]
    options += ["--mount", mount, "--env", "THRESHOLD=0"]
    shell.run(["docker", "run", *options, built_image, "serve"])
    try:
        (address,) = shell.run(["docker", "port", name, "8080"])
        waiting.until(lambda: served_model.pings(f"http://{address}"))
        found = served_model.ask(f"http://{address}", photo((64, 48)))
        assert (found["width"], found["height"]) == (64, 48) and found["detections"]
    finally:
        subprocess.run(["docker", "stop", "--time", "10", name], check=True)
