"""An object store that cannot be reached while a folder is copied to it."""

import time

from checkpoint_files import EVENTS, save
from job_here import wait_for

from trainer import checkpoint_sync
from trainer.checkpoint_sync import CheckpointSync


def test_everything_is_copied_once_the_store_is_back(bucket, local_dir, line, trainer_log):
    with CheckpointSync(local_dir, f"s3://{bucket.name}/x", every=0.1):
        save(local_dir, 1)
        wait_for(lambda: list(bucket.objects.filter(Prefix="x/checkpoint")))
        line.cut()
        try:
            save(local_dir, 2, 3)
            wait_for(lambda: "trying again" in trainer_log.text)
        finally:
            line.restore()
        save(local_dir, 4)
        wait_for(lambda: " is back " in trainer_log.text)
        (local_dir / EVENTS).write_bytes(b"one")
    assert {item.key[2:] for item in bucket.objects.all()} == set(
        checkpoint_sync.snapshot(local_dir)
    )
    assert "stayed away" not in trainer_log.text


def test_the_end_waits_no_longer_than_its_patience(bucket, local_dir, line, trainer_log):
    with CheckpointSync(local_dir, f"s3://{bucket.name}/x", every=0.1, patience=1):
        line.cut()
        save(local_dir, 1)
        started = time.monotonic()
    line.restore()
    assert time.monotonic() - started < 10
    assert f" lies in {local_dir}" in trainer_log.text
