"""What a model was trained on, in numbers: a fingerprint of the tables, and counts."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Sequence

from helpers.annotations import csv_table

_PREFIX = "data_"


def data_facts(tables: Sequence[Path]) -> Dict[str, Any]:
    """Fingerprint and counts of a split data set.

    Args:
        tables: ``data_train.csv`` and the like, one for each split.

    Returns:
        ``sha256`` over the names and the content of the tables, in the order of their names; and
        ``splits``: for each its ``images``, its ``boxes``, and the boxes of each of its
        ``classes``.
    """
    digest, splits = hashlib.sha256(), {}
    for path in sorted(tables, key=lambda table: table.name):
        content = path.read_bytes()
        digest.update(f"{path.name}\n{len(content)}\n".encode())
        digest.update(content)
        records = csv_table.read(path)
        counts = Counter(label for record in records for label in record.objects.labels)
        splits[path.stem.replace(_PREFIX, "", 1)] = {
            "images": len(records),
            "boxes": sum(counts.values()),
            "classes": {name: counts[name] for name in sorted(counts)},
        }
    return {"sha256": digest.hexdigest(), "splits": splits}
