"""The parameter server ends with whoever started it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import s3_stand_in

from trainer import cluster
from trainer.cluster import Cluster

DOCKER = Path(__file__).resolve().parents[2] / "docker"


def test_serves_until_its_standard_input_is_closed():
    port = s3_stand_in.free_port()
    hosts = Cluster((f"localhost:{port}", f"localhost:{port + 10}"), f"localhost:{port}")
    process = subprocess.Popen(
        [sys.executable, "-m", "trainer.parameter_server"],
        cwd=str(DOCKER),
        env=dict(os.environ, TF_CONFIG=json.dumps(cluster.tf_config(hosts, server=True))),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    try:
        lines = iter(process.stderr.readline, "")
        assert any(f"parameter server at grpc://localhost:{port + 1}" in line for line in lines)
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        process.stderr.close()
