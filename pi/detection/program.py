"""The program behind ``detect.py``: opens what the options name, and runs it."""

from __future__ import annotations

import argparse
import contextlib
from typing import TYPE_CHECKING, Callable, List, Optional, Sequence, Tuple

from . import pipeline, workers
from .backends import expectations
from .backends.model_bundle import read_bundle
from .command_line import ErrorLog, print_notice
from .detector import AUTO, Detector, load, runnable
from .drawing import Painter
from .options import model_options, sink_options
from .options.source_options import camera_options, live_options
from .sinks.output_selection import check_outputs, check_table, choose_sinks
from .sinks.sink import Sink, WindowClosed
from .sinks.watchdog import watchdog_sinks
from .sources.live import is_live
from .sources.opening import open_sources
from .structures import Detection, Frame, Result
from .watch import opening as watch_opening
from .watch.plan import Action
from .watch.watching import Watch

# What only some options want is imported where they are looked at: a start is short.
if TYPE_CHECKING:
    from .tiling import Detect, Grid


def run(options: argparse.Namespace) -> int:
    """Does what the options ask for.

    Args:
        options: As ``command_line.make_parser`` gives them.

    Returns:
        The exit code.

    Raises:
        InputError: The model, the source or a file is bad.
        UsageError: The options do not go together.
    """
    if options.self_test:
        from . import self_test

        return self_test.run(options.model, options.backend, model_options.settings(options))
    if options.update:
        from .updating import update

        return update.run(options.update, options.sha256, options.model)
    if options.check:
        return watch_opening.check(options)
    if options.benchmark:
        return measure(options)
    return detect(options)


def measure(options: argparse.Namespace) -> int:
    """Measures the backends, on the source or the self-test's image; returns the exit code."""
    from . import benchmark, benchmark_report

    bundle = read_bundle(options.model)
    names = options.source or [str(expectations.image_path(bundle))]
    plan = benchmark.Plan(
        lambda: open_sources(names, live_options(options), camera_options(options)),
        any(map(is_live, names)),
        lambda name, settings: load(options.model, name, settings),
        runnable(bundle) if options.backend == AUTO else [options.backend],
        model_options.settings(options),
    )
    benchmark_report.run(plan, (bundle.width, bundle.height), options.json)
    return 0


def detect(options: argparse.Namespace) -> int:
    """Detects objects in every frame of the sources; returns the exit code."""
    errors = ErrorLog()
    with contextlib.ExitStack() as stack:
        source = open_sources(options.source, live_options(options), camera_options(options))
        stack.enter_context(contextlib.closing(source))
        outputs = check_outputs(sink_options.files(options), source, options.force)
        if options.csv is not None:
            check_table(options.csv, source)
        alone = source.kind == "live" or source.total == 1
        detector, number = _loaded(options, alone)
        plan = watch_opening.plan_of(options, detector.labels)
        threshold = detector.threshold if options.threshold is None else options.threshold
        watch = Watch(plan, threshold)

        collector, lowest = None, watch.lowest
        if options.collect:
            from .sinks.collecting import Collector
            from .watch.uncertainty import MIN_SCORE

            collector = Collector(options.collect, options.collect_limit, threshold, print_notice)
            stack.enter_context(collector)
            lowest = min(lowest, MIN_SCORE)

        def detect_with(one: Detector, tell: Callable[[str], None]) -> pipeline.Detect:
            find = _finder(one, options.tiles, tell)
            return lambda frame: find(frame.image, lowest)

        def complete(frame: Frame, found: Sequence[Detection]) -> Result:
            if collector is not None:
                collector.offer(frame, found)
            return watch.apply(frame, found)

        detects = workers.detects(
            number,
            detect_with(detector, print_notice),
            lambda: detect_with(detector.another(), lambda notice: None),
        )
        painter = Painter(detector.labels, watch.overlay)
        others = sink_options.sinks(options, painter, detector.labels)
        chosen = choose_sinks(outputs, options, source, painter, others)
        chosen += _actions(plan.actions, source.kind == "live") + watchdog_sinks()
        sinks = [stack.enter_context(sink) for sink in chosen]
        with source.interruptible(), contextlib.suppress(WindowClosed):
            pipeline.run(source.frames(errors.report), detects, complete, sinks)
    return errors.exit_code


def _loaded(options: argparse.Namespace, alone: bool) -> Tuple[Detector, int]:
    """Returns the detector and how many workers detect with its like; says what runs and why."""
    number, settings = workers.shared(model_options.settings(options), alone)
    detector = load(options.model, options.backend, settings)
    if not alone:
        number = workers.fitting(number, settings, detector.threads)
    if detector.reason:
        print_notice(
            f"backend {detector.backend} (threads: {number} x {detector.threads}):"
            f" {detector.reason}"
        )
    return detector, number


def _actions(actions: Sequence[Action], live: bool) -> List[Sink]:
    if not actions:
        return []
    from .sinks.actions import Actions

    return [Actions(actions, live, print_notice)]


def _finder(detector: Detector, grid: Optional[Grid], tell: Callable[[str], None]) -> Detect:
    """Returns what finds objects on an image: the detector itself, or on tiles, too."""
    if grid is None:
        return detector.detect
    from .tiling import TiledDetector

    return TiledDetector(detector.detect, detector.input_size, grid, tell).detect
