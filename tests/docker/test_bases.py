"""The Dockerfile on bases that are less friendly than the one the other tests build on."""

import re
import uuid

import pytest

from helpers.structures.errors import HelpersError
from helpers.system import shell
from helpers.training import docker_image
from helpers.workspace import ROOT

DOCKERFILE = (ROOT / docker_image.DOCKERFILE).read_text(encoding="utf-8")
# As TensorFlow's images are: Python 3.7 only in the archive of the distribution, a compiler, and a
# vendor's list that lets apt-get update fail.
LIKE_TENSORFLOWS = r"""
package() {
    mkdir -p "$1/DEBIAN"
    printf 'Package: %s\nVersion: 1\nArchitecture: amd64\nMaintainer: a <a@example.org>\n' "$1" \
        > "$1/DEBIAN/control"
    echo "Description: x" >> "$1/DEBIAN/control"
    dpkg-deb --build -Znone "$1" . > /dev/null
}
set -eu
mkdir /archive && cd /archive
mkdir -p python3.7/usr/local python3.7-venv gcc-7/usr/bin gcc-7-base/usr/share
mv /usr/local/bin /usr/local/lib python3.7/usr/local
echo > gcc-7/usr/bin/gcc-7 && echo > gcc-7-base/usr/share/gcc-7-base
for name in python3.7 python3.7-venv gcc-7 gcc-7-base; do package "$name"; done
dpkg --install gcc-7_* gcc-7-base_* > /dev/null
for deb in python3.7*.deb; do
    dpkg-deb --field "$deb"
    echo "Filename: ./$deb"
    echo "Size: $(stat --format %s "$deb")"
    echo "SHA256: $(sha256sum "$deb" | cut -d ' ' -f 1)"
    echo
done > Packages
echo 'deb [trusted=yes] file:/archive ./' >> /etc/apt/sources.list
echo 'deb file:/withdrawn ./' > /etc/apt/sources.list.d/cuda.list
"""


@pytest.fixture(scope="module")
def like_tensorflows(base_image, tmp_path_factory):
    """A base like TensorFlow's, but for CUDA's libraries; it names a CUDA that does not serve."""
    context = tmp_path_factory.mktemp("context")
    (context / "change.sh").write_text(LIKE_TENSORFLOWS)
    (context / "Dockerfile").write_text(
        f"FROM {base_image}\nCOPY change.sh /\nRUN sh /change.sh\nENV CUDA_VERSION=11.2.2\n"
    )
    name = f"photos-to-pi-test:{uuid.uuid4().hex[:12]}"
    shell.run(["env", "DOCKER_BUILDKIT=1", "docker", "build", "--tag", name, str(context)])
    yield name
    shell.run(["docker", "image", "rm", name])


@pytest.fixture(scope="module")
def with_python(like_tensorflows):
    """What the Dockerfile's first stage makes of it."""
    name = f"photos-to-pi-test:{uuid.uuid4().hex[:12]}"
    *command, context = docker_image.build_command(name, like_tensorflows)
    shell.run(command + ["--target", "python", context], folder=ROOT)
    yield name
    shell.run(["docker", "image", "rm", name])


@pytest.mark.parametrize(
    "command, code",
    [
        ("/opt/python/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 7))'", 0),
        ("/opt/python/bin/python -m pip --version", 0),
        ("test -e /usr/bin/gcc-7", 1),
        ("test -e /usr/share/gcc-7-base", 0),
        ("ls /etc/apt/sources.list.d/*.list", 2),
        ("command -v dumb-init", 0),
    ],
    ids=["Python 3.7", "pip", "no compiler", "its library stays", "no vendor's list", "init"],
)
def test_python_from_the_distribution_and_no_compiler(with_python, command, code):
    output = shell.run(
        ["docker", "run", "--rm", with_python, "sh", "-c", f"{command} > /dev/null 2>&1; echo $?"]
    )
    assert output == [str(code)]


def test_the_base_lacks_python_and_has_a_compiler(like_tensorflows):
    output = shell.run(
        [
            "docker",
            "run",
            "--rm",
            like_tensorflows,
            "sh",
            "-c",
            "exec 2>&1; command -v python3.7; ls /usr/bin/gcc-7; apt-get update; echo $?",
        ]
    )
    assert output[0] == "/usr/bin/gcc-7" and output[-1] == "100"


def test_a_base_with_another_cuda_is_refused(like_tensorflows):
    with pytest.raises(HelpersError, match=r"CUDA 10\.0; .* 11\.2\.2"):
        docker_image.build(f"photos-to-pi-test:{uuid.uuid4().hex[:12]}", like_tensorflows)


def test_the_dockerfiles_own_base_is_the_one_for_gpus():
    assert re.findall(r"^ARG BASE_IMAGE=(.*)$", DOCKERFILE, re.MULTILINE) == [
        docker_image.BASES["gpu"]
    ]
