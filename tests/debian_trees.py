"""Real Debian userlands of other releases and processors, as folders to run programs in.

mmdebstrap makes one in three quarters of a minute. The programs of a foreign processor run under
qemu-user, which the kernel starts through binfmt_misc, and dpkg would take seven minutes there. So
its packages are only unpacked, and what their scripts would have done, as far as anything here
needs it, is done by hand: apt does not work in such a tree. ``DEBIAN_TREES=DIR`` keeps the trees
between runs.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

# What a Raspberry Pi OS has, as far as it matters: pip and apt need the authorities, people sudo.
PACKAGES = ("ca-certificates", "passwd", "python3-opencv", "python3-venv", "sudo")
OPTIONS = (
    "--aptopt=Acquire::Languages=none",
    "--aptopt=Acquire::Retries=3",
    "--aptopt=Apt::Install-Recommends=false",
    "--dpkgopt=force-unsafe-io",
    *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("doc", "locale", "man")),
)
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
BINFMT = Path("/proc/sys/fs/binfmt_misc")
EMULATORS = {"arm64": "qemu-aarch64", "armhf": "qemu-arm"}
NATIVE = "amd64"
# How this machine reaches the package indexes, which a tree has to as well.
NETWORK = ("PIP_CERT", "PIP_INDEX_URL", "http_proxy", "https_proxy", "no_proxy")
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
USER, USER_ID = "pi", "1000"


def unavailable_reason(arch):
    """Why no tree of this processor can be made here, with the remedy; None where it can."""
    if os.geteuid():
        return "Debian trees need root"
    wanted = {"mmdebstrap": "mmdebstrap"}
    if arch in EMULATORS:
        wanted.update({"arch-test": "arch-test", EMULATORS[arch] + "-static": "qemu-user-static"})
    missing = sorted(package for program, package in wanted.items() if not shutil.which(program))
    return f"apt-get install {' '.join(missing)}" if missing else None


class DebianTree:
    """A Debian userland in a folder, with a user ``pi`` who may use sudo."""

    def __init__(self, folder, suite, arch):
        self.folder, self.suite, self.arch = Path(folder), suite, arch

    @property
    def home(self):
        """The home folder of its user, seen from outside."""
        return self.folder / "home" / USER

    def run(self, *command, user=USER, timeout=600, **environment):
        """Runs a command there, standard error with its output; returns the finished process.

        Under emulation the kernel does not honour setuid programs: no sudo, take user="root".
        """
        identity = "0:0" if user == "root" else f"{USER_ID}:{USER_ID}"
        home = "/root" if user == "root" else f"/home/{user}"
        settings = {name: os.environ[name] for name in NETWORK if name in os.environ}
        settings.update(HOME=home, USER=user, LANG="C.UTF-8", DEBIAN_FRONTEND="noninteractive")
        settings["PATH"] = SYSTEM_PATH
        namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
        # The first process of the namespace stays root: a change of user would let it outlive us.
        first = ["sh", "-c", '"$@"; exit $?', "sh"]
        root = ["chroot", f"--userspec={identity}", "--groups=", str(self.folder)]
        return subprocess.run(
            [*namespaces, f"--mount-proc={self.folder / 'proc'}", *first, *root]
            + ["env", "-C", home, *map(str, command)],
            env={**settings, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            universal_newlines=True,
            timeout=timeout,
        )

    def give_to_user(self, path):
        """Makes a path below the home folder, and all in it, the user's."""
        subprocess.run(["chown", "-R", f"{USER_ID}:{USER_ID}", str(path)], check=True)


def make(suite, arch, folder, packages=PACKAGES):
    """Makes a tree; returns it.

    Args:
        suite: Debian's release: "bullseye", "bookworm", "trixie".
        arch: "amd64", "arm64" or "armhf".
        folder: Where; it appears only when the tree is complete.
        packages: Installed besides the essential ones, and apt where the processor is this one.
    """
    if not folder.is_dir():
        if arch in EMULATORS:
            _emulate(EMULATORS[arch])
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix="tree-", dir=str(folder.parent)))
        kind = ["--variant=apt"]
        if arch in EMULATORS:
            kind = ["--variant=extract", "--include=?essential"]
        kind += ["--include=" + ",".join(packages), f"--arch={arch}"]
        command = ["mmdebstrap", *OPTIONS, *kind, suite, str(unfinished), _mirror()]
        # Its parts in Python want the system's, not that of an environment on the PATH.
        made = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PATH": SYSTEM_PATH},
        )
        assert made.returncode == 0, made.stdout.decode()
        if arch in EMULATORS:
            _configure(unfinished)
        _furnish(DebianTree(unfinished, suite, arch))
        unfinished.rename(folder)
    return DebianTree(folder, suite, arch)


def _mirror():
    """The archive that this machine's own packages come from."""
    listed = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Label: Debian"]
    return subprocess.check_output(listed, universal_newlines=True).split()[0]


def _furnish(tree):
    """Adds this machine's authorities and name servers, and the user."""
    tree.folder.chmod(0o755)
    for path in (AUTHORITIES, Path("/etc/resolv.conf")):
        target = tree.folder / path.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(str(path), str(target))
    (tree.folder / "etc/hosts").write_text(f"127.0.0.1 localhost {socket.gethostname()}\n")
    add = [
        "useradd",
        "--create-home",
        "--uid",
        USER_ID,
        "--user-group",
        "--shell",
        "/bin/bash",
        USER,
    ]
    assert tree.run(*add, user="root").returncode == 0
    rule = tree.folder / "etc/sudoers.d" / USER
    if rule.parent.is_dir():
        rule.write_text(f"{USER} ALL=(ALL) NOPASSWD: ALL\n")


def _configure(folder):
    """Does what the scripts of packages that were only unpacked would have done."""
    for name in ("passwd", "group"):
        shutil.copy(
            str(folder / f"usr/share/base-passwd/{name}.master"), str(folder / "etc" / name)
        )
    for path in folder.glob("usr/lib/*/*/lib*.so.3"):
        if path.parent.name in ("blas", "lapack"):  # alternatives, which numpy's libraries want
            (path.parents[1] / path.name).symlink_to(f"{path.parent.name}/{path.name}")


def _emulate(name):
    """Tells the kernel to run a processor's programs under qemu, unless it knows already."""
    if not (BINFMT / "register").exists():
        subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", str(BINFMT)], check=True)
    if not (BINFMT / name).exists():
        entry = Path(f"/usr/lib/binfmt.d/{name}.conf").read_text().strip()
        (BINFMT / "register").write_text(entry)
