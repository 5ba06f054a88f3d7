"""What SageMaker Ground Truth's jobs say of boxes: judged in a verification, or of another form.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-verification-data.html
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Iterator, Sequence, Tuple

from helpers.annotations import text_io
from helpers.annotations.text_io import mapping, sequence, shown
from helpers.structures.findings import short

METADATA = "-metadata"
_VERIFICATION = "groundtruth/label-verification"
# The job's author names the classes of a verification; whatever is none of these is no praise.
_GOOD = re.compile(
    r"accept(ed)?|approved?|pass(ed)?|verified|accurate|correct|excellent|fine|good|great|ok(ay)?"
    r"|perfect|right|true|valid|yes",
    re.IGNORECASE,
)


def rejection(line: dict, metadata: dict) -> str:
    """Why boxes are not to be trusted, by the verification jobs after the one that drew them.

    Args:
        line: of the manifest.
        metadata: of the boxes.

    Returns:
        The last verdict and what workers said; empty where it is good or there is none.
    """
    drawn = text_io.text(metadata.get("creation-date"))
    verdicts = [
        (text_io.text(own.get("creation-date")), name, own) for name, own in _verifications(line)
    ]
    # Of boxes that were drawn again after a verdict, as an adjustment job does, it says nothing.
    later = [verdict for verdict in verdicts if verdict[0] >= drawn or not verdict[0]]
    if not later:
        return ""
    _, name, newest = max(later, key=lambda verdict: verdict[0])
    judged = text_io.text(newest.get("class-name")) or shown(line.get(name))
    if _GOOD.fullmatch(judged.strip()):
        return ""
    said = [
        text_io.text(mapping(feedback).get("comment"))
        for feedback in sequence(newest.get("worker-feedback"))
    ]
    comments = "".join(f", {short(comment)!r}" for comment in filter(None, said[:1]))
    return f"{short(name)} judges its boxes {short(judged)!r}{comments}"


def _verifications(line: dict) -> Iterator[Tuple[str, dict]]:
    for name, value in line.items():
        if name.endswith(METADATA) and mapping(value).get("type") == _VERIFICATION:
            yield name[: -len(METADATA)], value


def other_forms(lines: Sequence[dict]) -> str:
    """What the labels of a manifest without any box are; empty where there are no labels.

    Args:
        lines: of the manifest.
    """
    forms = Counter(
        f"{short(name)!r} of the type {shown(mapping(line.get(name + METADATA)).get('type'))}"
        + (f" with {short(', '.join(sorted(value)[:3]))}" if isinstance(value, dict) else "")
        for line in lines
        for name, value in line.items()
        if name + METADATA in line
    )
    return " and ".join(form for form, _ in forms.most_common(2))
