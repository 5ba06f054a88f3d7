"""The work folder: the paths of everything that one step writes and a later step reads.

Any notebook can be run again alone, because what passes between them lies in the work folder.

==============================  ====================================================
path                            written by
==============================  ====================================================
``data/``                       importing annotations: ``data.csv``, ``findings.json``,
                                ``changes.txt``
``training/``                   the split, the records, the config: `TrainingChannel`
``checkpoint/``                 downloading pretrained weights, carrying over the last model
``jobs/NAME/``                  a training job: its ``/opt/ml``
``model/graph/``                the export of the job in use
``evaluation/``                 the evaluation
``tensorboard/``                what TensorBoard shows: a link for each run, and event files
                                that were fetched
``state.json``                  the last step of each notebook
==============================  ====================================================
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Dict, List, Tuple, TypeVar, Union

from helpers.structures.errors import BadInput, MissingPart
from helpers.system import files

ENVIRONMENT_VARIABLE = "WORK"
ROOT = Path(__file__).resolve().parent.parent
DETECT = ROOT / "pi" / "detect.py"
BUNDLE = ROOT / "pi" / "model"
SPLITS = ("train", "eval")  # the splits that training reads; data_test.csv is for the very end
CONTAINER_CHECKPOINT = "/opt/ml/input/data/checkpoint"
CHECKPOINT_PREFIX = "model.ckpt"  # of the checkpoint to start from
LAST_CHECKPOINT = "last-"  # begins the name of a checkpoint that is taken over from a job
LAST_RECORD = "last.json"  # beside it: which job, and what became of the classes
_FLAGS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
Value = TypeVar("Value", str, int, float, bool)


def parameter(name: str, default: Value) -> Value:
    """A notebook's parameter: the environment variable of that name, else the default.

    Args:
        name: of the parameter and of the environment variable.
        default: gives the type too; a flag is ``1``, ``true``, ``yes`` or their opposites.

    Raises:
        BadInput: the variable cannot be read as that type.
    """
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    try:
        return _FLAGS[text.lower()] if isinstance(default, bool) else type(default)(text)
    except (KeyError, ValueError) as error:
        raise BadInput.of(
            f"environment variable {name}",
            repr(text),
            f"a {type(default).__name__}",
            "Correct or unset it.",
        ) from error


@dataclass(frozen=True)
class TrainingChannel:
    """The files of the training channel, on this machine, in S3 and in the container.

    The only place that spells out their names.

    Attributes:
        folder: of the channel; it need not exist.
    """

    folder: Path

    CONFIG: ClassVar[str] = "pipeline.config"
    LABEL_MAP: ClassVar[str] = "label_map.pbtxt"

    @property
    def config(self) -> Path:
        """The ``pipeline.config``."""
        return self.folder / self.CONFIG

    @property
    def label_map(self) -> Path:
        """The label map."""
        return self.folder / self.LABEL_MAP

    def record(self, split: str) -> Path:
        """The record file of a split; shards have this name with ``-00000-of-0000N`` behind it."""
        return self.folder / f"{split}.record"

    def table(self, split: str) -> Path:
        """The tidy table of a split, ``train``, ``eval`` or ``test``."""
        return self.folder / f"data_{split}.csv"

    def tables(self) -> List[Path]:
        """The tables of all splits that exist, sorted."""
        return sorted(self.folder.glob("data_*.csv"))

    @property
    def record_inputs(self) -> Tuple[Path, ...]:
        """The files that records are made from, besides the images."""
        return (*(self.table(split) for split in SPLITS), self.label_map)

    @classmethod
    def trainer_patterns(cls) -> Tuple[str, ...]:
        """Patterns of the names of the files that the trainer reads from the channel."""
        channel = cls(Path())
        records = tuple(f"{channel.record(split)}*" for split in SPLITS)
        return (*records, cls.LABEL_MAP, cls.CONFIG)


CONTAINER_CHANNEL = TrainingChannel(Path("/opt/ml/input/data/training"))


@dataclass(frozen=True)
class Workspace:
    """The folders of one run; nothing is created before something is written.

    Attributes:
        root: the work folder.
    """

    root: Path

    @classmethod
    def at(cls, root: Union[str, Path, None] = None) -> "Workspace":
        """The work folder ``root``, else ``$WORK``, else ``work/`` beside ``helpers``."""
        return cls(Path(root or os.environ.get(ENVIRONMENT_VARIABLE) or ROOT / "work").resolve())

    @property
    def data(self) -> Path:
        """The data set: ``img/``, ``annotations/``, ``data.csv``, ``findings.json``."""
        return self.root / "data"

    @property
    def images(self) -> Path:
        """The images."""
        return self.data / "img"

    @property
    def annotations(self) -> Path:
        """The annotation files."""
        return self.data / "annotations"

    @property
    def table(self) -> Path:
        """The tidy table of all boxes."""
        return self.data / "data.csv"

    @property
    def findings(self) -> Path:
        """Everything wrong or odd about the data set."""
        return self.data / "findings.json"

    @property
    def changes(self) -> Path:
        """What importing fixed and left out, a line each."""
        return self.data / "changes.txt"

    @property
    def drafts(self) -> Path:
        """Boxes that a model drafted on photos without annotation; no reader counts them."""
        return self.data / "drafts"

    @property
    def cache(self) -> Path:
        """Cached results for unchanged files; may be deleted at any time."""
        return self.data / "cache.sqlite"

    @property
    def training(self) -> Path:
        """The folder of the training channel."""
        return self.root / "training"

    @property
    def channel(self) -> TrainingChannel:
        """The training channel: tables, records, label map, ``pipeline.config``."""
        return TrainingChannel(self.training)

    @property
    def label_map(self) -> Path:
        """The label map of the training channel."""
        return self.channel.label_map

    @property
    def config(self) -> Path:
        """The ``pipeline.config`` of the training channel."""
        return self.channel.config

    @property
    def checkpoint(self) -> Path:
        """The checkpoint channel: the model to start from; empty means from scratch."""
        return self.root / "checkpoint"

    @property
    def model(self) -> Path:
        """The model of the job in use."""
        return self.root / "model"

    @property
    def graph(self) -> Path:
        """The exported graphs of the job in use."""
        return self.model / "graph"

    @property
    def evaluation(self) -> Path:
        """Metrics, detections and images."""
        return self.root / "evaluation"

    @property
    def tensorboard(self) -> Path:
        """What TensorBoard shows; may be deleted at any time."""
        return self.root / "tensorboard"

    @property
    def jobs(self) -> Path:
        """A folder for each training job."""
        return self.root / "jobs"

    def job(self, name: str) -> Path:
        """The ``/opt/ml`` of one training job."""
        return self.jobs / name

    def job_in_use(self) -> Path:
        """The folder of the job that was trained last.

        Raises:
            MissingPart: no job has run in this work folder.
        """
        return self.job(self.recall("job", "notebook 04_train"))

    def state(self) -> Dict[str, Any]:
        """The content of ``state.json``: the results of the last step of each notebook."""
        path = self.root / "state.json"
        return files.read_json(path) if path.exists() else {}

    def remember(self, **values: Any) -> Dict[str, Any]:
        """Adds values for the next notebook to ``state.json``; returns its whole content."""
        state = dict(self.state(), **values)
        files.write_json(self.root / "state.json", state)
        return state

    def recall(self, key: str, step: str) -> Any:
        """One value of ``state.json``.

        Raises:
            MissingPart: the step that produces it has not run in this work folder.
        """
        state = self.state()
        if key not in state:
            raise MissingPart(f"{self.root / 'state.json'}: no {key!r} yet. Run {step} first.")
        return state[key]
