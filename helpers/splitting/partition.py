"""Images divided into parts by image and never by box; those that stay together stay together.

Images without a box are shared out as if they were one more class. Each part gets its share of
all images to the image, as far as images that stay together allow; within that, every class
comes as close to its share as it can. No file is opened here.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from fractions import Fraction
from typing import Dict, Hashable, Iterable, List, Mapping, NamedTuple, Sequence, Tuple

from helpers.annotations.given_split import TRAIN
from helpers.splitting.class_counts import whole_sizes
from helpers.splitting.stratify import share_out
from helpers.structures.dataset import ImageRecord
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding

_TOGETHER = "where images are that it stays together with"


class Partition(NamedTuple):
    """A data set divided into parts.

    Attributes:
        parts: the images of each part, sorted by path.
        moved: a finding for each image that had to leave its earlier part.
        kept: how many images are in the part where they were before.
    """

    parts: Dict[str, List[ImageRecord]]
    moved: List[Finding]
    kept: int


def partition(
    records: Sequence[ImageRecord],
    targets: Mapping[str, Fraction],
    seed: int,
    groups: Mapping[str, Hashable],
    earlier: Mapping[str, str],
    request: str,
) -> Partition:
    """Divides images into parts; the same records and seed give the same parts on any machine.

    Args:
        records: the data set, each image once.
        targets: the share of each part, 0..1; they add up to 1. A part named ``train`` gets some
            of every class.
        seed: of the random choice.
        groups: images, by path, with the same value stay together; others are on their own.
        earlier: the part, of ``targets``, where an image was before and stays. Where images that
            stay together were in several, all go to the first of these.
        request: what was asked for, as a message says it: ``at 0.8``.

    Raises:
        BadInput: an image comes twice, or a part would be empty.
    """
    ordered = by_path(records)
    _require_each_once(ordered)
    names = [name for name, share in targets.items() if share]
    shares = [targets[name] for name in names]
    if 0 in whole_sizes(len(ordered), shares):
        raise BadInput.of(
            "split",
            f"{len(ordered)} images {request}",
            "at least one image in each split",
            "Annotate more images, or choose another fraction.",
        )
    clusters = _clusters(ordered, seed, groups)
    part_of = _assigned(clusters, names, shares, earlier, TRAIN in targets)
    parts: Dict[str, List[ImageRecord]] = {name: [] for name in targets}
    for record in ordered:
        parts[part_of[record.path]].append(record)
    _require_no_part_empty(parts, names, len(clusters))
    known = {path: part for path, part in earlier.items() if path in part_of and part in names}
    return Partition(parts, *compared(part_of, known))


def by_path(records: Iterable[ImageRecord]) -> List[ImageRecord]:
    """The records sorted by path."""
    return sorted(records, key=lambda record: record.path)


def _require_each_once(ordered: Sequence[ImageRecord]) -> None:
    twice = [a.path for a, b in zip(ordered, ordered[1:]) if a.path == b.path]
    if twice:
        raise BadInput.of("split", f"{twice[0]} twice", "each image once", "Remove one.")


def _require_no_part_empty(
    parts: Mapping[str, Sequence[ImageRecord]], names: Sequence[str], clusters: int
) -> None:
    total = sum(map(len, parts.values()))
    for name in names:
        if not parts[name]:
            raise BadInput.of(
                "split",
                f"nothing for {name}, since {total} images stay together in {clusters} groups or "
                "where they were",
                "at least one image in each split",
                "Add images of other scenes, split again from scratch (split --reset), or keep "
                "fewer together: --group-by, or GROUP_BY in notebook 2.",
            )


def _assigned(
    clusters: Sequence[Sequence[ImageRecord]],
    names: Sequence[str],
    shares: Sequence[Fraction],
    earlier: Mapping[str, str],
    complete: bool,
) -> Dict[str, str]:
    """The part of each image, by path."""
    fixed = [
        min(
            (
                names.index(earlier[record.path])
                for record in cluster
                if earlier.get(record.path) in names
            ),
            default=-1,
        )
        for cluster in clusters
    ]
    counts, sizes = list(map(_class_counts, clusters)), list(map(len, clusters))
    chosen = share_out(counts, sizes, shares, fixed, complete)
    return {
        record.path: names[part] for cluster, part in zip(clusters, chosen) for record in cluster
    }


def compared(
    part_of: Mapping[str, str], earlier: Mapping[str, str], reason: str = _TOGETHER
) -> Tuple[List[Finding], int]:
    """What had to leave its earlier part, and how many images did not.

    Args:
        part_of: of each image, by path.
        earlier: of images that are still there.
        reason: why one is in its new part, for the message.
    """
    moved = [
        Finding.of("split-image-moved", path, f"from {earlier[path]} to {part_of[path]}, {reason}")
        for path in sorted(earlier)
        if earlier[path] != part_of[path]
    ]
    return moved, len(earlier) - len(moved)


def _clusters(
    ordered: Sequence[ImageRecord], seed: int, groups: Mapping[str, Hashable]
) -> List[List[ImageRecord]]:
    """Images that stay together, in an order that depends only on the seed and the first path."""
    members: Dict[Tuple[bool, Hashable], List[ImageRecord]] = {}
    for record in ordered:
        grouped = record.path in groups
        members.setdefault((grouped, groups[record.path] if grouped else record.path), []).append(
            record
        )
    return sorted(members.values(), key=lambda cluster: _random_key(seed, cluster[0].path))


def _random_key(seed: int, path: str) -> Tuple[bytes, str]:
    text = f"{seed} {path}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=8).digest(), path


def _class_counts(cluster: Sequence[ImageRecord]) -> Mapping[str, int]:
    """Boxes of each class, and under an empty name the images without any."""
    counts = Counter(label for record in cluster for label in record.objects.labels)
    bare = sum(not len(record.objects) for record in cluster)
    return {**counts, "": bare} if bare else counts
