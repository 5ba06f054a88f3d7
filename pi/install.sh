#!/bin/sh
# Installs detect.py on this device: a virtual environment in venv/ beside this file, which sees
# Debian's packages (OpenCV, numpy, picamera2), with TensorFlow Lite where there is a wheel of it.
# Then the model's self-test. Needs no root; a second run repairs or updates what is there.
set -eu

usage() {
    cat << 'END'
sh install.sh [--apt] [--wheels DIR] [--no-tflite]     install, then run the model's self-test
sh install.sh --download DIR                           only fetch the wheels for --wheels
sh install.sh --service 'SOURCE OPTIONS'               also run detect.py with these as a service
sh install.sh --no-service                             only remove the service

  --apt           install what is missing of Debian's packages, with sudo
  --wheels DIR    without a network: take wheels from a folder, filled by --download on a device
                  of the same processor and release
  --no-tflite     OpenCV alone runs the model
PYTHON=FILE in the environment names another interpreter than python3.
END
}

say() { printf 'install.sh: %s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }
misused() { say "$*"; usage >&2; exit 2; }
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

debian_packages='python3-opencv python3-venv'
user=photos-to-pi unit=photos-to-pi.service units=/etc/systemd/system
apt='' tflite=yes wheels='' download='' service='' no_service=''

absolute() { case $1 in /*) printf '%s\n' "$1" ;; *) printf '%s/%s\n' "$PWD" "$1" ;; esac; }

while [ $# -gt 0 ]; do
    case $1 in
        --apt) apt=yes ;;
        --no-tflite) tflite='' ;;
        --no-service) no_service=yes ;;
        --wheels | --download | --service)
            [ -n "${2-}" ] || misused "$1: nothing follows it"
            case $1 in
                --wheels) wheels=$(absolute "$2") ;;
                --download) download=$(absolute "$2") ;;
                --service) service=$2 ;;
            esac
            shift
            ;;
        -h | --help) usage; exit 0 ;;
        *) misused "$1: no such option" ;;
    esac
    shift
done
[ -z "$wheels" ] || [ -d "$wheels" ] || stop "$wheels: no such folder; fill it with --download"
CDPATH='' cd -- "$(dirname -- "$0")"
folder=$PWD
environment=$folder/venv
python=${PYTHON:-python3}

# Installs Debian's packages, or says which command does, unless OpenCV and venv are there.
debian_part() {
    if "$python" -c 'import cv2, ensurepip, numpy, venv' 2> /dev/null; then return; fi
    if [ -n "$apt" ]; then
        as_root apt-get update --quiet
        # shellcheck disable=SC2086
        as_root apt-get install --quiet --yes --no-install-recommends $debian_packages
    fi
    problem=$("$python" -c 'import cv2, ensurepip, numpy, venv' 2>&1 | tail -n 1)
    if [ -n "$problem" ]; then
        say "$python: ${problem:-does not run}"
        stop "first: sudo apt install $debian_packages    or: sh install.sh --apt"
    fi
}

# Makes the environment; again where its Python is gone, as after an upgrade of the system.
environment_part() {
    version=$("$python" -c 'import sys; print(sys.version_info[:2])')
    there=$("$environment/bin/python" -c 'import pip, sys; print(sys.version_info[:2])' \
        2> /dev/null) || there=''
    if [ "$there" != "$version" ]; then
        rm -rf "$environment"
        "$python" -m venv --system-site-packages "$environment" ||
            stop "$environment: cannot be made; see above"
    fi
    # What an earlier run put over the system's numpy may not fit the system's OpenCV.
    if ! "$environment/bin/python" -c 'import cv2' 2> /dev/null; then
        "$environment/bin/python" -m pip uninstall --quiet --yes numpy ||
            stop "$environment: cannot be repaired; remove it and run install.sh again"
    fi
}

# Prints Python's version, the processor, and the major version of the numpy that OpenCV has here.
platform() {
    "$environment/bin/python" - << 'END'
import platform, struct, sys
import numpy
machine = platform.machine()
if struct.calcsize("P") == 4 and machine != "armv6l":  # a 32-bit system on a 64-bit kernel
    machine = "armv7l" if machine in ("aarch64", "armv8l", "armv7l") else "32 bit"
print(f"{sys.version_info[0]}.{sys.version_info[1]}-{machine}-numpy{numpy.__version__.split('.')[0]}")
END
}

# Prints the runtime of TensorFlow Lite that has a wheel for this platform, or nothing.
runtime_of() {
    case $1 in
        *-armv6l-*) ;;
        3.9-*-numpy1) echo tflite-runtime ;;
        3.10-a*-numpy1 | 3.11-a*-numpy1) echo tflite-runtime ;;
        3.1[0123]-aarch64-* | 3.1[0123]-x86_64-*) echo ai-edge-litert ;;
    esac
}

pip() { "$environment/bin/python" -m pip "$@"; }

# Runs a pip command on the runtime. OpenCV was built for one major version of numpy: it stays.
pip_on_runtime() {
    held=$(mktemp)
    trap 'rm -f "$held"' EXIT
    "$environment/bin/python" -c 'import numpy
version = numpy.__version__
print(f"numpy>={version},<{int(version.split(chr(46))[0]) + 1}")' > "$held"
    set -- "$@" --quiet --disable-pip-version-check --no-input --only-binary :all:
    pip "$@" --constraint "$held" --constraint constraints.txt "$runtime"
}

# Whether the runtime loads; in a process of its own, as a wheel for another processor crashes.
runtime_works() {
    "$environment/bin/python" -c "import importlib
importlib.import_module('$(echo "$runtime" | tr - _).interpreter').Interpreter" > /dev/null 2>&1
}

tflite_part() {
    runtime=$(runtime_of "$(platform)")
    if [ -z "$runtime" ]; then
        say "no wheel of TensorFlow Lite for this system ($(platform)): OpenCV runs the model"
        return
    fi
    if [ -n "$download" ]; then
        pip_on_runtime download --dest "$download" || stop "not fetched; see above"
        say "fetched into $download: take it along, then sh install.sh --wheels DIR"
        exit 0
    fi
    if [ -n "$wheels" ]; then
        pip_on_runtime install --no-index --find-links "$wheels" ||
            stop "$wheels: lacks wheels (above); fill it with --download, or use --no-tflite"
    else
        pip_on_runtime install ||
            stop "$runtime not installed (above); see to the network, or use --wheels or --no-tflite"
    fi
    if ! runtime_works; then
        pip uninstall --quiet --yes "$runtime"
        say "$runtime does not run on this device and was removed: OpenCV runs the model"
    fi
}

self_test_part() {
    if [ ! -e model/model.json ]; then
        say "installed; no model in $folder/model yet: copy one there, then"
        say "    $environment/bin/python $folder/detect.py --self-test"
        return
    fi
    "$environment/bin/python" detect.py --self-test || stop "the model fails its self-test; see above"
}

# Prints the groups, of those that this device has, whose members may use cameras and accelerators.
device_groups() {
    for group in video render plugdev; do
        if getent group "$group" > /dev/null; then printf '%s ' "$group"; fi
    done
}

# Prints a text so that systemd and then sed take it literally.
literally() { printf '%s' "$1" | sed -e 's/%/%%/g' -e 's/\$/$$/g' -e 's/[\\&|]/\\&/g'; }

# Prints the unit with this folder, this user and these groups filled in.
unit_text() {
    sed -e "s|@FOLDER@|$(literally "$folder")|g" -e "s|@ARGUMENTS@|$(literally "$service")|" \
        -e "s|@USER@|$user|" -e "s|@GROUPS@|$(device_groups)|" detect.service
}

service_part() {
    [ -e model/model.json ] || stop "no service without a model: copy one into $folder/model first"
    case $service in *"
"*) stop "a line break in the arguments" ;; esac
    if printf '%s' "$folder" | LC_ALL=C grep -q '[^A-Za-z0-9/._+~-]'; then
        stop "$folder: a service needs a folder with a name of letters, digits and . _ + ~ - alone"
    fi
    chmod -R a+rX "$folder" || stop "$folder: the service's user could not read it; see above"
    if ! getent passwd "$user" > /dev/null; then
        as_root useradd --system --user-group --no-create-home --home-dir "/var/lib/$user" \
            --shell /usr/sbin/nologin "$user"
    fi
    unit_text | as_root tee "$units/$unit" > /dev/null
    if [ ! -d /run/systemd/system ]; then
        say "$units/$unit is written; systemd does not run here, so it is not started"
        return
    fi
    as_root systemctl daemon-reload
    as_root systemctl enable --quiet "$unit"
    as_root systemctl restart "$unit" || stop "it does not start: journalctl -u $unit"
    say "the service runs; what it says: journalctl -f -u $unit"
}

no_service_part() {
    if [ -d /run/systemd/system ]; then as_root systemctl disable --now "$unit" || true; fi
    as_root rm -f "$units/$unit"
    say "the service is removed; its data stay in /var/lib/$user"
}

if [ -n "$no_service" ]; then no_service_part; exit; fi
debian_part
environment_part
if [ -n "$tflite" ] || [ -n "$download" ]; then tflite_part; fi
self_test_part
if [ -n "$service" ]; then service_part; fi
