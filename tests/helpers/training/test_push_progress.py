"""Lines of ``docker push`` in a terminal, as Docker 20.10 draws them, added up."""

import pytest

from helpers.training.push_progress import PushProgress

DIGEST = "sha256:" + "14" * 32
FIRST, SECOND = "5f70bf18a086", "399bd61a00a0"


@pytest.mark.parametrize(
    "lines, sizes, layers",
    [
        pytest.param([], (0, 0), (0, 0), id="nothing yet"),
        pytest.param([f"{FIRST}: Preparing", f"{SECOND}: Waiting"], (0, 0), (0, 2), id="waiting"),
        pytest.param(
            [f"{FIRST}: Pushing [==>      ]  1.5MB/3MB", f"{SECOND}: Preparing"],
            (1500000, 3000000),
            (0, 2),
            id="on the way",
        ),
        pytest.param(
            [f"{FIRST}: Pushing  512B/2kB", f"{FIRST}: Pushing  1.024kB/2kB"],
            (1024, 2000),
            (0, 1),
            id="narrow terminal",
        ),
        pytest.param(
            [f"{FIRST}: Pushing [=>] 3.1MB/3MB", f"{SECOND}: Pushing [=>] 1GB/1.5GB"],
            (1003000000, 1503000000),
            (0, 2),
            id="more than announced",
        ),
        pytest.param(
            [f"{FIRST}: Pushing [=>] 1MB/3MB", f"{FIRST}: Pushed", f"{SECOND}: Pushed"],
            (3000000, 3000000),
            (2, 2),
            id="arrived",
        ),
        pytest.param(
            [f"{FIRST}: Layer already exists", f"{SECOND}: Mounted from a/b"],
            (0, 0),
            (2, 2),
            id="there already",
        ),
    ],
)
def test_how_far_it_is(lines, sizes, layers):
    progress = PushProgress()
    assert all(progress.read(line) for line in lines)
    assert (progress.sent_and_total, progress.layers) == (sizes, layers)


def test_other_lines_are_kept_and_the_last_one_has_the_digest():
    progress = PushProgress()
    assert not progress.read("The push refers to repository [127.0.0.1:5000/photos]")
    assert progress.digest == ""
    assert not progress.read(f"v1: digest: {DIGEST} size: 528")
    assert progress.digest == DIGEST
    assert not progress.read(f"{FIRST}: digest: {DIGEST} size: 528")  # a tag like a layer's name
