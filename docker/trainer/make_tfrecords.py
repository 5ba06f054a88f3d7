"""One host's TFRecord shards, on SageMaker Processing's layout.

Every host has the whole tables. On SageMaker each has only the images it was given
(``ShardedByS3Key``) and takes them all. SageMaker's local mode cannot divide by key: there each
host has every image and takes each N-th of them, and all write into one folder. Which of the two it
is, the request says, since a host cannot know what the others have.

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
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput, HelpersError
from helpers.system import files
from helpers.tfrecords import framing, manifest, sharding, tfrecord
from helpers.training.job_layout import JobLayout
from helpers.training.processing_layout import PROGRAM, ProcessingLayout, require_enough_images
from helpers.workspace import SPLITS, TrainingChannel

_POLL_SECONDS = 0.2
_MESSAGE = 1024  # bytes that SageMaker shows


class Host(NamedTuple):
    """Which one of several hosts this is.

    Attributes:
        number: from 0.
        total: how many there are.
    """

    number: int
    total: int


def main(arguments: Optional[List[str]] = None) -> int:
    """Writes this host's shards; returns the exit code, and leaves the cause if it is not 0."""
    options = _parser().parse_args(arguments)
    layout = ProcessingLayout(JobLayout.from_environment().base)
    try:
        run(layout, options)
    except HelpersError as error:
        return _failed(layout, str(error))
    except Exception as error:  # the message is the only thing SageMaker shows
        traceback.print_exc()
        return _failed(layout, f"{type(error).__name__}: {str(error).strip() or 'no message'}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--shards",
        type=int,
        default=0,
        metavar="N",
        help="record files of each split on each host; 0: of about 100 MB",
    )
    parser.add_argument(
        "--max-side",
        type=int,
        default=0,
        metavar="PX",
        help="longest edge of the stored images; 0 keeps every pixel",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the shuffling")
    parser.add_argument(
        "--local",
        action="store_true",
        help="SageMaker's local mode: each host has every image and takes each N-th, "
        "all write into one folder",
    )
    return parser


def _failed(layout: ProcessingLayout, cause: str) -> int:
    message = cause.encode("utf-8")[:_MESSAGE].decode("utf-8", "ignore")
    files.write_text(layout.message, message)
    print(f"no records: {cause}", file=sys.stderr)
    return 1


def run(layout: ProcessingLayout, options: argparse.Namespace) -> None:
    """Writes the shards of both splits and, as the last thing, this host's part of the manifest.

    Args:
        layout: of the job.
        options: as on the command line.

    Raises:
        BadInput: an input is not what it has to be, or an image cannot become a record.
    """
    host = host_of(layout)
    # Below the output, so that moving a finished file takes no time and is never half done.
    beside = layout.output / f".{host.number:05d}.unfinished"
    written = [
        entry for split in SPLITS for entry in _write_split(layout, split, host, beside, options)
    ]
    for entry in written:
        os.replace(str(beside / entry.file), str(layout.output / entry.file))
    shutil.rmtree(str(beside))
    manifest.write_part(
        manifest.part_path(layout.output, *host),
        written,
        TrainingChannel(layout.tables),
        {"max_side": options.max_side, "seed": options.seed, "shards": options.shards},
    )
    if options.local:
        _await_others(layout.output, host.total)


def host_of(layout: ProcessingLayout) -> Host:
    """Reads which one of the job's hosts this is.

    Raises:
        BadInput: ``config/resourceconfig.json`` is missing or does not say.
    """
    config = files.read_json(layout.resources)
    try:
        hosts = sorted(config["hosts"])
        return Host(hosts.index(config["current_host"]), len(hosts))
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput.of(
            layout.resources,
            "no host of that name",
            "hosts and current_host, one of them",
            "SageMaker Processing writes this file: run the image there.",
        ) from error


def _write_split(
    layout: ProcessingLayout, split: str, host: Host, beside: Path, options: argparse.Namespace
) -> List[manifest.Entry]:
    """Writes this host's shards of one split into a folder, under their final names."""
    channel = TrainingChannel(layout.tables)
    label_map = label_map_file.read(channel.label_map)
    table = channel.table(split)
    records = csv_table.read(table)
    shards = options.shards or sharding.shards_per_machine(records, options.max_side, host.total)
    require_enough_images(len(records), host.total, shards, table)
    own = own_records(records, layout.images, host, options.local)
    paths: Sequence[Path] = ()
    if own:
        paths = tfrecord.write(
            own,
            label_map,
            layout.images,
            TrainingChannel(beside).record(f"own-{split}"),
            tfrecord.RecordOptions(
                shards=min(shards, len(own)), max_side=options.max_side, seed=options.seed
            ),
        ).paths
    final = framing.shard_paths(TrainingChannel(beside).record(split), shards * host.total)
    return manifest.entries(_renamed(paths, final[host.number :: host.total]), label_map)


def _renamed(paths: Sequence[Path], final_paths: Sequence[Path]) -> Sequence[Path]:
    """Gives files their final names; a missing one becomes a file without a record.

    S3 may have given this host fewer images than it has files to write.
    """
    final_paths[0].parent.mkdir(parents=True, exist_ok=True)
    for path, final in zip(paths, final_paths):
        os.replace(str(path), str(final))
    for final in final_paths[len(paths) :]:
        final.write_bytes(b"")
    return final_paths


def own_records(
    records: Sequence[ImageRecord], images: Path, host: Host, local: bool
) -> List[ImageRecord]:
    """The images that this host writes: those it has, in local mode each N-th.

    An image that this host lacks may be on another; one that no host has is reported when the
    parts of the manifest are added up.
    """
    present = [record for record in records if (images / record.path).is_file()]
    return present[host.number :: host.total] if local else present


def _await_others(out: Path, hosts: int) -> None:
    """Waits until every host is done: in local mode the first that ends ends the others.

    One that fails ends the others too, so that nobody waits for ever.
    """
    parts = [manifest.part_path(out, number, hosts) for number in range(hosts)]
    while not all(part.exists() for part in parts):
        time.sleep(_POLL_SECONDS)
