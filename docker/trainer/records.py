"""One machine's share of the records, on SageMaker Processing's layout.

Every machine has the whole tables. On SageMaker each has only the images it was given
(``ShardedByS3Key``) and takes them all. SageMaker's local mode cannot share out: there each machine
finds every image and takes each N-th of them, and all write into one folder. Which of the two it
is, the request says, since a machine cannot know what the others have.

Source: the SageMaker developer guide, "How Amazon SageMaker Processing Configures Input and Output
For Your Processing Container" and "Save and Access Metadata Information About Your Processing Job".
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
import traceback
from pathlib import Path
from typing import List, NamedTuple, Optional, Sequence

from helpers.annotations import csv_table, label_map_file
from helpers.aws import sagemaker_processing
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput, HelpersError
from helpers.system import files
from helpers.tfrecords import framing, manifest, sharding, tfrecord
from helpers.training.job_layout import JobLayout
from helpers.workspace import SPLITS, TrainingChannel

_LOOK_EVERY = 0.2  # seconds
_MESSAGE = 1024  # bytes of it that SageMaker shows


class Machine(NamedTuple):
    """Which one of several machines this is.

    Attributes:
        number: from 0.
        count: how many there are.
    """

    number: int
    count: int


def main(arguments: Optional[List[str]] = None) -> int:
    """Writes this machine's records; returns the exit code, and leaves the cause if it is not 0."""
    options = _parser().parse_args(arguments)
    base = JobLayout.from_environment().base
    try:
        run(base, options)
    except HelpersError as error:
        return _failed(base, str(error))
    except Exception as error:  # the message is the only thing SageMaker shows
        traceback.print_exc()
        return _failed(base, f"{type(error).__name__}: {str(error).strip() or 'no message'}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="records", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--shards",
        type=int,
        default=0,
        metavar="N",
        help="files of each side on each machine; 0: of about 100 MB",
    )
    parser.add_argument(
        "--max-side",
        type=int,
        default=0,
        metavar="PX",
        help="longest side kept; 0 keeps every pixel",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the shuffling")
    parser.add_argument(
        "--local",
        action="store_true",
        help="SageMaker's local mode: each machine "
        "has every image and takes each N-th, all write into one folder",
    )
    return parser


def _failed(base: Path, cause: str) -> int:
    message = cause.encode("utf-8")[:_MESSAGE].decode("utf-8", "ignore")
    files.write_text(base / "output" / "message", message)
    print(f"no records: {cause}", file=sys.stderr)
    return 1


def run(base: Path, options: argparse.Namespace) -> None:
    """Writes the files of both sides and, as the last thing, this machine's part of the manifest.

    Args:
        base: of the layout.
        options: as on the command line.

    Raises:
        BadInput: an input is not what it has to be, or an image cannot become a record.
    """
    machine = machine_of(base)
    tables = base / "processing" / sagemaker_processing.TABLES
    out = base / "processing" / sagemaker_processing.OUTPUT
    # Below the output, so that moving a finished file takes no time and is never half done.
    beside = out / f".{machine.number:05d}.unfinished"
    written = [
        entry for side in SPLITS for entry in _write_side(base, side, machine, beside, options)
    ]
    for entry in written:
        os.replace(str(beside / entry.file), str(out / entry.file))
    shutil.rmtree(str(beside))
    manifest.write_part(
        out,
        *machine,
        written,
        tables,
        {"max_side": options.max_side, "seed": options.seed, "shards": options.shards},
    )
    if options.local:
        _await_others(out, machine.count)


def machine_of(base: Path) -> Machine:
    """Reads which one of the job's machines this is.

    Raises:
        BadInput: ``config/resourceconfig.json`` is missing or does not say.
    """
    path = base / "config" / "resourceconfig.json"
    config = files.read_json(path)
    try:
        hosts = sorted(config["hosts"])
        return Machine(hosts.index(config["current_host"]), len(hosts))
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput.of(
            path,
            "no host of that name",
            "hosts and current_host, one of them",
            "SageMaker Processing writes this file: run the image there.",
        ) from error


def _write_side(
    base: Path, side: str, machine: Machine, beside: Path, options: argparse.Namespace
) -> List[manifest.Entry]:
    """Writes this machine's files of one side into a folder, under their final names."""
    channel = TrainingChannel(base / "processing" / sagemaker_processing.TABLES)
    images = base / "processing" / sagemaker_processing.IMAGES
    label_map = label_map_file.read(channel.label_map)
    records = csv_table.read(channel.table(side))
    each = options.shards or sharding.files_of_each(records, options.max_side, machine.count)
    sagemaker_processing.require_enough(len(records), machine.count, each, channel.table(side))
    mine = share(records, images, machine, options.local)
    made = (
        mine
        and tfrecord.write(
            mine,
            label_map,
            images,
            TrainingChannel(beside).record(f"own-{side}"),
            min(each, len(mine)),
            options.max_side,
            options.seed,
        ).paths
    )
    paths = framing.shard_paths(TrainingChannel(beside).record(side), each * machine.count)
    return manifest.entries(_renamed(made, paths[machine.number :: machine.count]), label_map)


def _renamed(made: Sequence[Path], paths: Sequence[Path]) -> Sequence[Path]:
    """Gives files their final names; what is lacking is a file without a record.

    S3 may have given this machine fewer images than it has files to write.
    """
    paths[0].parent.mkdir(parents=True, exist_ok=True)
    for path, final in zip(made, paths):
        os.replace(str(path), str(final))
    for final in paths[len(made) :]:
        final.write_bytes(b"")
    return paths


def share(
    records: Sequence[ImageRecord], images: Path, machine: Machine, local: bool
) -> List[ImageRecord]:
    """The images that are this machine's to write: those it has, in local mode each N-th.

    An image that it has not may be another machine's; one that nobody has is missed when the
    parts are added up.
    """
    here = [record for record in records if (images / record.path).is_file()]
    return here[machine.number :: machine.count] if local else here


def _await_others(out: Path, machines: int) -> None:
    """Waits until every machine is done: in local mode the first that ends ends the others.

    That goes for one that fails, too, so that nobody waits for ever.
    """
    parts = [manifest.part_path(out, number, machines) for number in range(machines)]
    while not all(part.exists() for part in parts):
        time.sleep(_LOOK_EVERY)
