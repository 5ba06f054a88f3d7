"""All findings of a data set as text, as JSON and as rows of a table."""

from __future__ import annotations

from collections import Counter
from typing import Any, Dict, List, Sequence

from helpers.structures.findings import ERROR, Finding, as_text, printable


def as_summary(findings: Sequence[Finding]) -> List[str]:
    """Each finding as one line, errors first, and how many there are of each code."""
    ordered = sorted(findings, key=lambda finding: finding.severity != ERROR)
    counts = Counter((finding.severity, finding.title) for finding in ordered)
    return [f"{finding.severity}: {as_text(finding)}" for finding in ordered] + [
        f"{count} x {severity}: {title}" for (severity, title), count in counts.items()
    ] or ["no findings"]


def as_dicts(findings: Sequence[Finding]) -> List[Dict[str, Any]]:
    """The findings as JSON has them: what ``findings.json`` holds."""
    return [
        {
            "path": printable(finding.path),
            "object": finding.object,
            "code": finding.code,
            "title": finding.title,
            "severity": finding.severity,
            "message": finding.message,
            "remedy": finding.remedy,
        }
        for finding in findings
    ]


def as_rows(findings: Sequence[Finding]) -> List[Dict[str, Any]]:
    """The findings as rows for a table on screen."""
    return [dict(row, object=row["object"] or "") for row in as_dicts(findings)]
