"""When no Debian tree can be made, what is missing is said."""

import os

import debian_trees
import pytest
from setup_machine import program

PROGRAMS = {
    "amd64": {"mmdebstrap"},
    "arm64": {"mmdebstrap", "arch-test", "qemu-aarch64-static"},
    "armhf": {"mmdebstrap", "arch-test", "qemu-arm-static"},
}


@pytest.mark.parametrize("arch", sorted(PROGRAMS))
def test_missing_programs_are_named_by_their_packages(monkeypatch, tmp_path, arch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    reason = debian_trees.unavailable_reason(arch)
    assert "mmdebstrap" in reason
    assert ("qemu-user-static" in reason) == (arch != "amd64")
    for name in PROGRAMS[arch]:
        assert debian_trees.unavailable_reason(arch)
        program(tmp_path / name, "exit")
    assert debian_trees.unavailable_reason(arch) is None


def test_only_root_can_make_one(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "root" in debian_trees.unavailable_reason("amd64")
