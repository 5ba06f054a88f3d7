#!/bin/sh
# Makes .venv/, the Python 3.7 environment, from whatever this machine has:
# conda or one of its kin; a Python 3.7 found anywhere; one fetched through uv or Homebrew.
#
#   sh helpers/environment.sh           makes or repairs .venv/; at once done when all is in place
#   sh helpers/environment.sh conda     tells which conda, mamba or micromamba would be used
#   sh helpers/environment.sh python    tells which Python 3.7 would be used
#
# .venv/stamp is written last and holds what .venv/ was made from. .venv.unfinished is there from
# the first to the last step: what it finds, the next call throws away and begins anew.
set -eu
CDPATH='' cd -- "$(dirname -- "$0")/.."
project=$(pwd -P)

# Neither an activated environment nor the user's own pip settings may lead packages astray.
unset PYTHONPATH PYTHONHOME VIRTUAL_ENV CONDA_PREFIX PIP_TARGET PIP_PREFIX PIP_ROOT PIP_NO_DEPS
export PYTHONNOUSERSITE=1 PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_DISABLE_PIP_VERSION_CHECK=1

log=.venv.log
home=${HOME:-/nonexistent}
# The last series of uv that knows where to fetch a Python 3.7.
uv_release=uv==0.6.17
default_model=ssd_mobilenet_v2_openimages

say() { printf '%s\n' "$*" >&2; }

stop() { say "$@"; exit 1; }

last_words() { tail -n 1 "$log" | sed 's/^ *//'; }

# The project's place belongs to it, since an environment cannot be moved.
fingerprint() {
    printf '%s\n' "$project"
    cat requirements.lock environment.yml pyproject.toml | cksum
}

is_ready() {
    [ -x .venv/bin/python ] && [ -f .venv/stamp ] && [ "$(cat .venv/stamp)" = "$(fingerprint)" ]
}

# NAME: every executable of that name on the PATH; the first may be a shim that refuses.
on_path() {
    printf '%s\n' "$PATH" | tr : '\n' | while IFS= read -r folder; do
        if [ -x "$folder/$1" ]; then printf '%s\n' "$folder/$1"; fi
    done
}

conda_candidates() {
    printf '%s\n' "${CONDA_EXE:-}" "${MAMBA_EXE:-}"
    for name in conda mamba micromamba; do on_path "$name"; done
    for folder in miniforge3 mambaforge miniconda3 anaconda3; do
        printf '%s\n' "$home/$folder/bin/conda"
    done
    printf '%s\n' /opt/conda/bin/conda "$home/.local/bin/micromamba"
}

find_conda() {
    conda_candidates | while IFS= read -r tool; do
        if [ -x "$tool" ] && "$tool" --version > /dev/null 2>&1; then
            printf '%s\n' "$tool"
            break
        fi
    done
}

python_candidates() {
    for name in python3.7 python3 python; do on_path "$name"; done
    share=${XDG_DATA_HOME:-$home/.local/share}
    for python in \
        "${PYENV_ROOT:-$home/.pyenv}"/versions/3.7*/bin/python \
        "$(pyenv root 2> /dev/null)"/versions/3.7*/bin/python \
        "${UV_PYTHON_INSTALL_DIR:-$share/uv/python}"/cpython-3.7*/bin/python3.7 \
        "$share"/mise/installs/python/3.7*/bin/python \
        "$home"/.asdf/installs/python/3.7*/bin/python \
        /opt/python/cp37*/bin/python \
        /usr/local/opt/python@3.7/bin/python3.7 \
        /Library/Frameworks/Python.framework/Versions/3.7/bin/python3.7
    do
        printf '%s\n' "$python"
    done
}

# PYTHON: prints the interpreter behind it. Fails unless that is a 64-bit CPython 3.7; fails with 3
# where it is but cannot make environments, as Debian's cannot by itself.
probe() {
    "$1" -c '
import os, sys
wanted = sys.version_info[:2] == (3, 7) and "PyPy" not in sys.version
if not wanted or os.uname()[4] not in ("x86_64", "amd64") or sys.maxsize < 2**32:
    sys.exit(1)
try:
    import ensurepip, venv
except ImportError:
    sys.exit(3)
base = os.path.join(getattr(sys, "real_prefix", sys.base_prefix), "bin", "python3.7")
print(base if os.access(base, os.X_OK) else os.path.realpath(sys.executable))
' 2> /dev/null
}

find_python() {
    python_candidates | while IFS= read -r candidate; do
        if [ ! -x "$candidate" ]; then continue; fi
        code=0
        base=$(probe "$candidate") || code=$?
        if [ "$code" -eq 3 ]; then
            say "Passing over $candidate: it lacks venv and ensurepip" \
                "(Debian and Ubuntu: apt-get install python3.7-venv)."
        elif [ -n "$base" ]; then
            printf '%s\n' "$base"
            break
        fi
    done
}

# FIELD: the entries of a list of environment.yml that stand outside its pip part.
from_environment_yml() {
    sed -n "/^$1:/,/^[a-z]/s/^  - \([a-z][a-z0-9.=-]*\)\( .*\)\{0,1\}\$/\1/p" environment.yml
}

conda_environment() {
    say "Making .venv/ with $1: Python 3.7 from ${2}. A minute or so."
    if [ "$(uname -s)" = Darwin ]; then export CONDA_SUBDIR=osx-64; fi
    # shellcheck disable=SC2046  # one word for each package
    "$1" create --yes --prefix "$project/.venv" --override-channels --channel "$2" \
        $(from_environment_yml dependencies) >> "$log" 2>&1
}

venv_environment() {
    say "Making .venv/ with $1."
    "$1" -m venv .venv >> "$log" 2>&1
}

fetch_uv() {
    if command -v uv > /dev/null &&
        uv --no-config pip install --target .venv.uv "$uv_release" >> "$log" 2>&1
    then return 0; fi
    for name in python3 python; do
        on_path "$name" | while IFS= read -r python; do
            if "$python" -m pip install --target .venv.uv "$uv_release" ||
                { "$python" -m venv .venv.uv && .venv.uv/bin/python -m pip install "$uv_release"; }
            then break; fi
            rm -rf .venv.uv
        done
        if [ -x .venv.uv/bin/uv ]; then return 0; fi
    done >> "$log" 2>&1
    return 1
}

uv_python() {
    say "No Python 3.7 here: fetching one through uv."
    fetch_uv || { say "uv could not be had: no pip that reaches the package index."; return 1; }
    request=cpython-3.7
    if [ "$(uname -s)" = Darwin ]; then request=cpython-3.7-macos-x86_64-none; fi
    .venv.uv/bin/uv --no-config python install "$request" >> "$log" 2>&1 ||
        { say "uv could not fetch Python 3.7: $(last_words)"; return 1; }
    find_python
}

homebrew_micromamba() {
    command -v brew > /dev/null || return 1
    say "Fetching micromamba through Homebrew."
    brew install micromamba >> "$log" 2>&1 || return 1
    find_conda
}

create_environment() {
    channel=$(from_environment_yml channels | head -n 1)
    tool=$(find_conda)
    if [ -n "$tool" ]; then
        if conda_environment "$tool" "$channel"; then return 0; fi
        say "$tool could not, going on without it: $(last_words)"
        rm -rf .venv
    fi
    python=$(find_python)
    if [ -z "$python" ]; then python=$(uv_python) || true; fi
    if [ -n "$python" ]; then
        if venv_environment "$python"; then return 0; fi
        say "$python could not: $(last_words)"
        rm -rf .venv
    fi
    if [ -z "$tool" ]; then
        tool=$(homebrew_micromamba) || true
        if [ -n "$tool" ] && conda_environment "$tool" "$channel"; then return 0; fi
    fi
    stop "No Python 3.7 could be had on this machine: install Miniforge (conda) or any Python 3.7" \
        "(pyenv install 3.7), then run make again."
}

# PIP ARGUMENTS...: what pip says goes to the log; how far it has come is shown.
pip() {
    total=$(grep -c '^[A-Za-z].*==' requirements.lock)
    { .venv/bin/python -m pip "$@" 2>&1 && echo 'exit 0' || echo "exit $?"; } | {
        count=0
        while IFS= read -r line; do
            printf '%s\n' "$line" >> "$log"
            case $line in
                'exit '*) code=${line#exit } ;;
                ERROR:* | *Downloading*[0-9][0-9].?\ MB*) say "  $line" ;;
                Collecting* | Requirement\ already*)
                    count=$((count + 1))
                    if [ $((count % 25)) -eq 0 ]; then say "  $count of $total packages"; fi ;;
                Installing\ collected*) say "  unpacking" ;;
            esac
        done
        return "$code"
    }
}

install_packages() {
    say "Installing the packages of requirements.lock: 1.3 GB, some minutes the first time" \
        "(log: $log)."
    # shellcheck disable=SC2046  # one word for each package
    if ! pip install --no-deps $(grep -E '^(pip|setuptools|wheel)==' requirements.lock) ||
        ! pip install --no-deps --no-build-isolation -r requirements.lock ||
        ! pip install --no-deps --no-build-isolation --editable .
    then stop "Not all packages could be installed: see $log, then run make again."; fi
    unmet=$(.venv/bin/python -m pip check | grep -v -E \
        -e '^tf-object-detection .* requires (tensorflow-gpu|jupyter|pycocotools-fix), ' \
        -e '^No broken requirements' || true)
    [ -z "$unmet" ] || stop "requirements.lock does not fit together: $unmet"
}

check_it_loads() {
    for module in cv2 tensorflow; do
        .venv/bin/python -c "import $module" >> "$log" 2>&1 ||
            stop "$module is installed but does not load: $(last_words)." \
                "What repairs it: .venv/bin/python -m helpers doctor"
    done
}

# What training starts from; without it everything works, from scratch.
fetch_weights() {
    say "Fetching pretrained weights."
    .venv/bin/python -m helpers zoo $default_model --cache --seconds 120 >> "$log" 2>&1 ||
        say "Not now ($(last_words)) Training can start from scratch, and later from these by:" \
            ".venv/bin/photos-to-pi zoo $default_model"
}

check_machine() {
    case $(uname -sm) in
        *\ x86_64 | *\ amd64 | Darwin\ arm64) ;;
        *) stop "TensorFlow 1.15 exists for x86-64 processors only, and this is $(uname -m):" \
            "run make on an x86-64 machine." ;;
    esac
}

# Only one set-up at a time; what one leaves when it is interrupted is thrown away by the next.
claim() {
    if [ -f .venv.unfinished ]; then
        other=$(cat .venv.unfinished)
        if ps -p "${other:-0}" -o args= 2> /dev/null | grep -q environment.sh; then
            stop "Process $other is already setting up .venv/: wait for it, then run make again."
        fi
        say "An earlier set-up did not finish: beginning anew."
        rm -rf .venv .venv.uv .venv.unfinished
    fi
    (set -C; echo $$ > .venv.unfinished) 2> /dev/null || stop "Another set-up has just begun."
}

# What make made may be thrown away where it no longer works; what somebody else made may not.
keep_or_clear() {
    if [ ! -e .venv ] && [ ! -L .venv ]; then return 0; fi
    works=$([ ! -x .venv/bin/python ] || probe .venv/bin/python) || true
    if [ -f .venv/stamp ]; then
        if [ -z "$works" ] || [ "$(head -n 1 .venv/stamp)" != "$project" ]; then
            say "This folder or its Python was moved: making .venv/ anew."
            rm -rf .venv
        fi
    elif [ -z "$works" ]; then
        rm .venv.unfinished
        stop ".venv is there but is no Python 3.7 environment: move it away, then run make again."
    fi
}

set_up() {
    check_machine
    claim
    date > "$log"
    keep_or_clear
    if [ ! -e .venv ]; then create_environment; fi
    install_packages
    printf '%s\n' "$project" > .venv/stamp
    rm -rf .venv.unfinished .venv.uv
    check_it_loads
    fingerprint > .venv/stamp
    fetch_weights
    say "Done: .venv/ is ready."
}

case ${1:-} in
    '') is_ready || set_up ;;
    conda) find_conda | grep . || stop "No conda, mamba or micromamba here." ;;
    python) find_python | grep . || stop "No Python 3.7 here." ;;
    *) stop "Unknown: $1. See the first lines of $0." ;;
esac
