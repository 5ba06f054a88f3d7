"""What tests of all rooms share: data sets, one trained model, and what a skip means.

With ``REQUIRE_ALL=1`` a skipped test counts as failed, so that a machine on which everything
should be there cannot pass by leaving things out. Benchmarks may be left out all the same, and so
may what needs files that no clone has (``NOT_IN_A_CLONE``).
"""

import os
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# The library, the builders of all tests, and those of the library's tests.
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "helpers")]

pytest_plugins = ["aws_stand_ins.fixtures", "aws_stand_ins.registry"]

NOT_IN_A_CLONE = "not in a clone: "
NEEDS_TRAINING = {"trained", "bundle", "bundle_images"}
NEEDS_DOCKER = {"base_image", "built_image"}
STEPS, IMAGES = 40, 60


def pytest_configure(config):
    """Lets the processes that tests start find what the tests themselves import."""
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])
    )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Marks what needs a trained model or an image; keeps together what shares one, or a file.

    The marks are what ``make quick`` leaves out. The groups are for pytest-xdist: each is run by
    one process, so that nothing is trained, built or exported twice.
    """
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if NEEDS_TRAINING & fixtures:
            item.add_marker("training")
        if NEEDS_DOCKER & fixtures:
            item.add_marker("docker")
        shared = {"exported", "random_model", "quantized_model", "environments"} & fixtures
        group = "exported" if shared else str(item.fspath)
        group = "oracle" if "oracle_python" in fixtures else group
        group = "trees" if "debian_tree" in fixtures else group
        group = "browser" if "driver" in fixtures else group
        for slow in ("training", "docker"):
            group = slow if item.get_closest_marker(slow) else group
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """Holds single tests to ``REQUIRE_ALL``."""
    outcome = yield
    if item.get_closest_marker("benchmark") is None:
        _no_skip(outcome.get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    """Holds whole modules to ``REQUIRE_ALL``, as ``pytest.importorskip`` leaves them out."""
    outcome = yield
    _no_skip(outcome.get_result())


def _no_skip(report):
    if os.environ.get("REQUIRE_ALL") != "1" or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2].replace("Skipped: ", "", 1)
    if not reason.startswith(NOT_IN_A_CLONE):
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_ALL=1 and skipped: {reason}"


@pytest.fixture(scope="session")
def raccoon():
    """The folder with 200 photos of raccoons, 217 boxes: ``images/`` and ``annotations/``."""
    folder = Path(os.environ.get("RACCOON", ROOT.parent / "shared" / "data" / "raccoon"))
    if not folder.is_dir():
        pytest.skip(f"{NOT_IN_A_CLONE}{folder}; set RACCOON to the folder of that data set")
    return folder


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory):
    """24 images of the built-in sample, ``img/`` and ``annotations/``. Not to be written to."""
    from helpers.synthetic import sample

    folder = tmp_path_factory.mktemp("sample")
    sample.write(folder, 24)
    return folder


@pytest.fixture(scope="session")
def decoded():
    """Reads record files with the Object Detection API's decoder, which training uses too."""
    tf = pytest.importorskip("tensorflow")
    from object_detection.data_decoders.tf_example_decoder import TfExampleDecoder

    with tf.Graph().as_default(), tf.Session() as session:
        raw = tf.placeholder(tf.string)
        tensors = TfExampleDecoder().decode(raw)

        def read(paths):
            return [
                session.run(tensors, {raw: example})
                for path in paths
                for example in tf.compat.v1.io.tf_record_iterator(str(path))
            ]

        yield read


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """A detector with random weights, as ``export_model`` exports it."""
    pytest.importorskip("tensorflow")
    import tiny_model

    from helpers.export import exporter

    folder = tmp_path_factory.mktemp("exported")
    config = tiny_model.config()
    checkpoint = tiny_model.checkpoint(config, folder)
    return exporter.export_model(config, checkpoint, tiny_model.LABELS, folder / "graph")


@pytest.fixture(scope="session", params=["uint8", "weights", "int8"])
def quantized_model(request, sample_folder, tmp_path_factory):
    """As ``exported``, 96x96 pixels, with a quantized TensorFlow Lite model of each kind."""
    pytest.importorskip("tensorflow")
    import tiny_model

    from helpers.export import exporter
    from helpers.pipeline_config.export_options import ExportOptions

    folder, trained = tmp_path_factory.mktemp(request.param), request.param == "uint8"
    config = tiny_model.config(tiny_model.REWRITER if trained else "", size=(96, 96))
    checkpoint = tiny_model.checkpoint(config, folder)
    options = ExportOptions(
        inference_type="QUANTIZED_UINT8" if trained else "FLOAT",
        post_training="none" if trained else request.param,
        image_size="96",
        calibration_records=tiny_model.records(sample_folder / "img", folder),
    )
    return exporter.export_model(config, checkpoint, tiny_model.LABELS, folder / "graph", options)


@pytest.fixture(scope="session")
def work_root(tmp_path_factory):
    """A new folder for work folders, below ``$WORK`` where that is given, as to ``make test``."""
    below = os.environ.get("WORK")
    if not below:
        return tmp_path_factory.mktemp("work")
    Path(below).mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="test-", dir=below))


@pytest.fixture(scope="session")
def trained(work_root):
    """A work folder after all steps: a small, hardly trained, exported model."""
    import workflow

    from helpers.workspace import Workspace

    work = Workspace.at(work_root / "trained")
    workflow.import_annotations(work, *workflow.resolve_dataset(work, count=IMAGES))
    workflow.map_labels(work)
    workflow.split_dataset(work)
    workflow.write_tfrecords(work)
    workflow.configure_pipeline_for(work, "small_ssd", STEPS)
    workflow.train(work, {"num_steps": STEPS, "quantize": "True"})
    return work


@pytest.fixture(scope="session")
def bundle(trained, tmp_path_factory):
    """The folder that the Pi gets, made from the trained model."""
    import workflow

    return workflow.bundle_of(trained, tmp_path_factory.mktemp("bundle") / "model")


@pytest.fixture(scope="session")
def bundle_images(trained):
    """Paths of the images that the bundle's model was trained on, sorted."""
    return sorted(trained.images.glob("*.jpg"))


@pytest.fixture
def machine(tmp_path):
    """A machine for the set-up to run on, with nothing on it."""
    from setup_machine import Machine

    return Machine(tmp_path)
