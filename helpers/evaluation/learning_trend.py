"""Whether a model was still learning when its training ended."""

from __future__ import annotations

from typing import Optional, Sequence, Tuple

import numpy as np

Curve = Sequence[Tuple[int, float]]  # step and value, in the order of the steps

_FALL = 0.15  # relative; 0.28 and more where longer runs gained mAP, below 0.12 where none did
_FALL_ERRORS = 3.0  # standard errors that the fall has to be, else it is noise
_FEWEST_POINTS = 4  # in a quarter of the curve
_RISE = 0.02  # of mAP, 0..1: more than evaluations of one model differ
_RECENT = 2 / 3  # of the steps: what mAP gained since


def loss_fall(loss: Curve) -> Optional[float]:
    """How much the loss falls from the third to the last quarter of the steps.

    Args:
        loss: of the train split.

    Returns:
        Relative to the third quarter, 0..1; ``None`` where that is little or may be noise.
    """
    if not loss:
        return None
    steps, values = np.array(loss, np.float64).T
    third = values[(steps > steps[-1] / 2) & (steps <= steps[-1] * 3 / 4)]
    last = values[steps > steps[-1] * 3 / 4]
    if min(len(third), len(last)) < _FEWEST_POINTS or not np.isfinite(values).all():
        return None
    fall = third.mean() - last.mean()
    error = np.sqrt(third.var(ddof=1) / len(third) + last.var(ddof=1) / len(last))
    is_clear = fall >= _FALL * third.mean() and fall >= _FALL_ERRORS * error
    return float(fall / third.mean()) if is_clear else None


def map_rise(eval_map: Curve) -> Optional[float]:
    """How much mAP on the eval split rises in the last third of the steps.

    Args:
        eval_map: 0..1.

    Returns:
        The rise; ``None`` where it is little, or mAP was higher before.
    """
    earlier = [value for step, value in eval_map if step <= eval_map[-1][0] * _RECENT]
    if not earlier:
        return None
    end = eval_map[-1][1]
    rise = end - max(earlier)
    is_best = end >= max(value for _, value in eval_map)
    return float(rise) if is_best and rise >= _RISE else None
