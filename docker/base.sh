#!/bin/sh
# Makes a base for docker/Dockerfile where no registry can be reached: Debian from its own archive
# with a Python 3.7 of this machine, and nothing else of it. For processors only, no CUDA.
#
#   sh docker/base.sh      prints the image's name; takes a minute the first time; needs root
#
# The name holds a digest of what it is made from, so that it is made once on a machine.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."

release=bookworm
# What a Python built elsewhere links to.
libraries=ca-certificates,libbz2-1.0,libffi8,liblzma5,libncursesw6,libreadline8,libsqlite3-0
libraries=$libraries,libssl3,libuuid1,zlib1g

stop() { printf '%s\n' "$*" >&2; exit 1; }

interpreter=$(sh helpers/environment.sh python) || exit 1
prefix=$("$interpreter" -c 'import sys; print(sys.base_prefix)')
digest=$({ cat docker/base.sh; "$interpreter" -VV; } | sha256sum | cut -c 1-12)
image=photos-to-pi-base:$digest
if docker image inspect "$image" > /dev/null 2>&1; then
    printf '%s\n' "$image"
    exit
fi

command -v debootstrap > /dev/null || stop "No debootstrap here. Run: apt-get install debootstrap"
[ "$(id -u)" -eq 0 ] || stop "debootstrap works for root only. Run: sudo sh docker/base.sh"
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
trap 'exit 1' HUP INT TERM

debootstrap --variant=minbase --include="$libraries" "$release" "$tree" >&2
# The interpreter and its standard library: no packages, settings or authorities of this machine.
tar --create --directory "$prefix" --exclude='*.a' --exclude=__pycache__ --exclude=site-packages \
    --exclude='lib/python3.7/test' --exclude=idlelib --exclude=tkinter --exclude=turtledemo \
    bin/python3.7 $(cd "$prefix" && ls -d lib/*.so* lib/python3.7) |
    tar --extract --directory "$tree/usr/local" --no-same-owner
mkdir "$tree/usr/local/lib/python3.7/site-packages"
chroot "$tree" ldconfig
rm -rf "$tree"/etc/hostname "$tree"/etc/resolv.conf "$tree"/var/cache/apt/* \
    "$tree"/var/lib/apt/lists/* "$tree"/var/log/*
tar --create --directory "$tree" --numeric-owner --exclude='./dev/*' . |
    docker import --platform linux/amd64 - "$image" > /dev/null
printf '%s\n' "$image"
