"""What this project left on AWS: listed with its price, and removed on the user's word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Sequence

from helpers.aws import identity, inventory, launched_jobs, removal, s3_layout
from helpers.aws.identity import Identity
from helpers.aws.inventory import Resource
from helpers.workspace import Workspace


@dataclass(frozen=True)
class Leftovers:
    """What is there; nothing of it is changed.

    Attributes:
        me: who we are on AWS.
        resources: in the order in which they can be removed.
    """

    me: Identity
    resources: Sequence[Resource]

    def rows(self) -> List[Dict[str, Any]]:
        """For a table."""
        return [resource.row() for resource in self.resources]

    def as_text(self) -> str:
        """How many there are and what they cost together, or why nobody knows."""
        if self.me.unavailable_reason:
            return f"Nothing was looked for: {self.me.unavailable_reason}"
        if not self.resources:
            return f"Nothing of this project in account {self.me.account}, {self.me.region}."
        known = [item.monthly_usd for item in self.resources if item.monthly_usd is not None]
        unknown = len(self.resources) - len(known)
        more = f", and {unknown} whose price a month is not known" if unknown else ""
        where = f"account {self.me.account}, {self.me.region}"
        return f"{len(self.resources)} in {where}: {sum(known):.2f} USD a month{more}"


def find_leftovers(work: Workspace) -> Leftovers:
    """Looks for what carries the project's tag, and for the work folder's own folder in S3.

    Without credentials nothing is asked.

    Args:
        work: its state names the jobs, each with its bucket and prefix.

    Raises:
        HelpersError: AWS refused, with its own words.
    """
    me = identity.identity()
    if me.unavailable_reason:
        return Leftovers(me, [])
    folders = [
        s3_layout.Place(bucket, prefix)
        for bucket, prefix in launched_jobs.folders(work, me.account, me.region)
    ]
    return Leftovers(me, inventory.find(identity.account(me), folders))


def remove_leftovers(leftovers: Leftovers) -> List[Resource]:
    """Removes them for good; returns those that are gone.

    Raises:
        HelpersError: names each that is still there, with the words of AWS.
        MissingPart: nobody knows who we are on AWS.
    """
    return removal.remove(identity.account(leftovers.me), leftovers.resources)
