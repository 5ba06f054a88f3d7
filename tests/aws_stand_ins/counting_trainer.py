"""A trainer that only counts, on the contract of ``docker/train``: for tests of what is around it.

Hyperparameters: ``num_steps``, ``seconds`` a step, ``fail_at`` a step, ``deaf`` to SIGTERM,
``learning_rate``, of which 0.002 has the best mAP.
"""

import json
import math
import os
import signal
import sys
import time
from pathlib import Path

BASE = Path(os.environ["SAGEMAKER_BASE_DIR"])


def main():
    values = json.loads((BASE / "input" / "config" / "hyperparameters.json").read_text())
    saved = BASE / "checkpoints" / "step"
    step = int(saved.read_text()) if saved.exists() else 0
    stopped = []
    deaf = values.get("deaf") == "true"
    signal.signal(signal.SIGTERM, lambda *_: None if deaf else stopped.append(True))
    print(f"starts at step {step} with {sorted(os.listdir(BASE / 'input' / 'data'))}", flush=True)
    cause = ""
    while step < int(values["num_steps"]) and not cause:
        time.sleep(float(values.get("seconds", 0)))
        step += 1
        saved.with_name("part").write_text(str(step))
        saved.with_name("part").replace(saved)
        print(f"INFO:x:1] loss = {10 / step:.3f}, step = {step}", flush=True)
        if step == int(values.get("fail_at", -1)):
            cause = "NaN loss at step {}. Give a lower learning_rate.".format(step)
        if stopped:
            cause = f"stopped by SIGTERM at step {step}"
    if "learning_rate" in values:
        measured = 0.8 / (1 + abs(math.log(float(values["learning_rate"]) / 0.002)))
        where = "IoU=0.50:0.95 | area=   all | maxDets=100"
        print(f" Average Precision  (AP) @[ {where} ] = {measured:.3f}", flush=True)
    (BASE / "model" / "step").write_text(str(step))
    if cause:
        (BASE / "output" / "failure").write_text(f"{cause}\n\nTraceback\n{'x' * 2000}")
    return 1 if cause else 0


if __name__ == "__main__":
    sys.exit(main())
