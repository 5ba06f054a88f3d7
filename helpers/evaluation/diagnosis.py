"""Why a model is as good as it is: a few sentences, each with its evidence and what to do."""

from __future__ import annotations

from typing import Callable, List, Optional

from helpers.evaluation.diagnosis_facts import Diagnosis, Facts
from helpers.evaluation.error_rules import (
    confused,
    explain_weakness,
    loose,
    no_negatives,
    too_small,
)
from helpers.evaluation.score_counts import rounded
from helpers.evaluation.training_rules import few_objects, not_learned, overfit, still_learning

NOTHING = "nothing-stands-out"

_Rule = Callable[[Facts], Optional[Diagnosis]]
_CAUSES: List[_Rule] = [few_objects, still_learning]
_RULES: List[_Rule] = [too_small, confused, loose, *_CAUSES, overfit, no_negatives]


def diagnose(facts: Facts) -> List[Diagnosis]:
    """What stands out about a model, in the order in which to see to it.

    Args:
        facts: of :func:`helpers.evaluation.diagnosis_facts.gather`.

    Returns:
        At least one: where nothing stands out, that is said.
    """
    weak = None if explain_weakness(facts) else not_learned(facts)
    rules = _CAUSES if weak else _RULES
    found = [weak, *(rule(facts) for rule in rules)]
    return [diagnosis for diagnosis in found if diagnosis] or [_nothing(facts)]


def _nothing(facts: Facts) -> Diagnosis:
    measured = facts.metrics.mAP50
    numbers = "" if measured is None else f": mAP50 is {measured:.2f}"
    return Diagnosis(
        NOTHING,
        f"Nothing stands out on {facts.images} eval images{numbers}.",
        {"images": facts.images, "mAP50": rounded(measured)},
        "Nothing has to be done. What could still be better shows in the worst images.",
    )
