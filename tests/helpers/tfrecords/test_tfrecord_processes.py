"""Full and failing disks, killed and concurrent writers: the set of files is never half."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest
from builders import bytes_of, names_in

from helpers.annotations import csv_table
from helpers.structures.errors import BadInput, HelpersError
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import framing, tfrecord

# The limit is only in force while a shard is written: coverage writes files too.
WRITER = """
import resource, sys
from helpers.tfrecords import shard_writer, tfrecord
from helpers.annotations import csv_table as table
from helpers.structures.label_map import LabelMap
folder, shards, limit = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
def write_limited(*args, write=shard_writer._write_file):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
    try:
        return write(*args)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
if limit:
    shard_writer._write_file = write_limited
records = table.read(folder + "/data.csv")
tfrecord.write(records, LabelMap.of(["cat"]), folder + "/img", folder + "/a.record",
               tfrecord.RecordOptions(shards=shards, jobs=2))
"""


def writer(folder, shards, limit=0):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(shards), str(limit)],
        stderr=subprocess.PIPE,
        universal_newlines=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("shards", [1, 2])
def test_a_disk_that_takes_no_more_leaves_the_good_files(tmp_path, many, write_many, shards):
    _, records = many
    paths = write_many(records=records[:shards], shards=shards).paths
    csv_table.write(records, tmp_path / "data.csv")
    good = bytes_of(paths)
    message = writer(tmp_path, shards, 3000).communicate()[1].strip().splitlines()[-1]
    assert message.startswith("helpers.structures.errors.BadInput"), message
    assert "a.record" in message and os.strerror(errno.EFBIG) in message
    assert bytes_of(paths) == good
    assert not [name for name in names_in(tmp_path) if name.endswith(".part")]


def swallowing(stream, raws, write=framing.write_frames):
    write(stream, list(raws)[1:])


def spoiling(stream, raws, write=framing.write_frames):
    write(stream, raws)
    stream.seek(100)
    stream.write(b"????")


@pytest.mark.parametrize(
    "fault, expected",
    [
        pytest.param(swallowing, "9 records .*10 records", id="lost record"),
        pytest.param(spoiling, "record 1 .*checksum", id="changed bytes"),
    ],
)
def test_what_a_failing_disk_did_is_noticed(tmp_path, write_many, monkeypatch, fault, expected):
    good = bytes_of(write_many().paths)
    monkeypatch.setattr(framing, "write_frames", fault)
    with pytest.raises(HelpersError, match=f"a.record: .*{expected}"):
        write_many(seed=1)
    assert bytes_of([tmp_path / "a.record"]) == good
    assert names_in(tmp_path) == [".a.record.json", "a.record", "img"]


def killed_after(folder, shards, files, seconds):
    """Kills a writer and its processes so long after so many files; tells whether it still ran."""
    parts, parts_seen = folder / ".a.record.unfinished", set()
    before = set(parts.glob("*.part"))
    process = writer(folder, shards)
    while process.poll() is None and len(parts_seen) < files:
        parts_seen |= set(parts.glob("*.part")) - before
        time.sleep(0.001)
    time.sleep(seconds)
    writing = process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return writing


def test_killed_ten_times_and_run_again_the_bytes_are_the_same(tmp_path, paint, record):
    """The kills go to all processes at once, as when a machine is switched off."""
    for number in range(40):
        paint(tmp_path / "img" / f"{number}.png", (640, 480))
        for copy in range(1, 10):
            os.link(
                str(tmp_path / "img" / f"{number}.png"),
                str(tmp_path / "img" / f"{number}-{copy}.png"),
            )
    names = names_in(tmp_path / "img")
    records = [record(name, ("cat", 1, 2, 30, 20), size=(640, 480)) for name in names]
    csv_table.write(records, tmp_path / "data.csv")
    label_map = LabelMap.of(["cat"])
    whole = tfrecord.write(
        records,
        label_map,
        tmp_path / "img",
        tmp_path / "whole" / "a.record",
        tfrecord.RecordOptions(shards=80, jobs=1),
    ).paths
    chosen = random.Random(7)
    writing = [
        killed_after(tmp_path, 80, chosen.randint(1, 6), chosen.uniform(0, 0.1)) for _ in range(10)
    ]
    assert writing == [True] * 10
    finished = [path for path in tmp_path.glob(".a.record.unfinished/*") if not path.suffix]
    written = tfrecord.write(
        records,
        label_map,
        tmp_path / "img",
        tmp_path / "a.record",
        tfrecord.RecordOptions(shards=80),
    )
    assert 0 < len(finished) - 1 <= written.kept < 80  # one is the lock
    assert bytes_of(written.paths) == bytes_of(whole)
    assert names_in(tmp_path) == [
        ".a.record.json",
        *(path.name for path in written.paths),
        "data.csv",
        "img",
        "whole",
    ]


def test_two_writers_of_one_set_are_one_too_many(tmp_path, many, write_many):
    images, records = many
    for number in range(10):
        shutil.copyfile(str(images / "0.jpg"), str(images / f"x{number}.jpg"))
    csv_table.write(records, tmp_path / "data.csv")
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys\nfrom helpers.tfrecords.staging import Staging\n"
            "with Staging(sys.argv[1], []):\n    print('in', flush=True)\n    sys.stdin.read()",
            str(tmp_path / "a.record"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout.readline() == b"in\n"
    with pytest.raises(BadInput, match="a.record: .*another process"):
        write_many()
    holder.communicate()
    assert len(write_many().paths) == 1
