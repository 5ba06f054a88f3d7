"""What lies in an image, layer by layer: what a later one takes away is still in an earlier one."""

import json
import re
import tarfile

from helpers.system import shell

# By the path inside the image.
UNWANTED = {
    "a compiler": r"(?:usr/|opt/.*)?(?:local/)?s?bin/"
    r"(?:.*-)?(?:ar|as|cc|c\+\+|clang|cpp|gcc|g\+\+|ld|make|nvcc)(?:-[\d.]+)?",
    "credentials": r"(?:.*/)?(?:\.aws/.*|\.docker/.*|\.ssh/.*|\.env|\.git-credentials|\.netrc"
    r"|\.pypirc|id_rsa)",
    "settings of pip": r"(?:.*/)?(?:pip\.conf|\.pip/.*)",
    "a cache": r"(?:root|home/[^/]+)/\.cache/.+|var/cache/apt/.+|var/lib/apt/lists/.+",
    "left by the build": r"(?:var/)?tmp/.+|run/secrets/.+|root/\..*/.+",
    "a history of sources": r"(?:.*/)?\.git/.*",
}
# By what is in a file; a literal start makes the search a fast one. Libraries test themselves with
# private keys that are none; theirs are followed by a zero.
SECRETS = {
    "an AWS key's name": rb"A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])",
    "an AWS key": rb"aws_secret_access_key[\"']?\s*[=:]\s*[\"']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])",
    "an AWS key in a variable": rb"AWS_SECRET_ACCESS_KEY[\"']?\s*[=:]\s*[\"']?[A-Za-z0-9/+]{40}",
    "a private key": rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s[A-Za-z0-9+/=\s]{40,}"
    rb"-----END [A-Z ]*PRIVATE KEY-----(?!\n?\0)",
    "a token": rb"ghp_[A-Za-z0-9]{36}",
    "the secret of the build": rb"# seen by the build, kept by no layer",
    "an index of packages": rb"extra-index-url\s*=",
}


def save(name, path):
    """Writes an image as ``docker save`` does; returns the path."""
    shell.run(["docker", "save", "--output", str(path), name])
    return path


def members(path):
    """Yields ``(layer, member, content)`` of everything in every layer, from the base upwards.

    ``layer`` counts from 0; ``content`` is None for what is no file.
    """
    with tarfile.open(str(path)) as image:
        manifest = json.load(image.extractfile("manifest.json"))
        for number, layer in enumerate(manifest[0]["Layers"]):
            with tarfile.open(fileobj=image.extractfile(layer)) as tree:
                for member in tree:
                    content = tree.extractfile(member).read() if member.isreg() else None
                    yield number, member, content


def findings(path):
    """What should be in no image, as ``(kind, path inside it)``, sorted."""
    unwanted = {kind: re.compile(regex) for kind, regex in UNWANTED.items()}
    secrets = {kind: re.compile(regex) for kind, regex in SECRETS.items()}
    matches = set()
    for _, member, content in members(path):
        name = re.sub(r"^\./", "", member.name)
        if not member.isdir():
            matches |= {(kind, name) for kind, regex in unwanted.items() if regex.fullmatch(name)}
        if content:
            matches |= {(kind, name) for kind, regex in secrets.items() if regex.search(content)}
        if _anyone_may_write(member):
            matches.add(("open to anyone's writing", name))
    return sorted(matches)


def _anyone_may_write(member):
    sticky = member.isdir() and member.mode & 0o1000  # as /tmp is: nobody may replace another's
    return bool(member.mode & 0o002) and not member.issym() and not sticky
