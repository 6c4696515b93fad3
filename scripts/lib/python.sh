# Python, the virtual environment and the package in it.
# Sourced after common.sh. Sets $python (found on this machine), $venv and
# $venv_python (the one in .venv).
# shellcheck shell=sh disable=SC2154

venv=$root/.venv
venv_python=$venv/bin/python
# Records what .venv contains: the checksum of pyproject.toml and the extras installed.
venv_stamp=$venv/.installed

# Finds the first Python >= 3.11. In an active environment it is that environment's
# base, because the environment may be the very .venv that must be recreated.
find_python() {
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        python=$("$candidate" -c '
import shutil, sys

below = getattr(sys, "_base_executable", None)
in_environment = sys.prefix != sys.base_prefix
print(below if in_environment and below else shutil.which(sys.argv[1]))
sys.exit(sys.version_info < (3, 11))
' "$candidate" 2>/dev/null) && [ -n "$python" ] && return
    done
    say "Python 3.11 or newer is needed and was not found"
    case $(uname -s) in
        Darwin) explain "install it with: brew install python@3.12" ;;
        *) explain "install it with: sudo apt-get install python3 python3-venv" \
            "(where that is older than 3.11: python3.11, python3.12 or newer)" ;;
    esac
    exit 1
}

# True unless the folder was moved (its scripts name the old place), Python was
# upgraded or removed (a dangling link), or a start was interrupted (no pip).
venv_works() {
    [ -x "$venv_python" ] && grep -qF -- "$venv" "$venv/bin/activate" 2>/dev/null &&
        "$venv_python" -c '
import sys

import pip._internal

sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)
' >/dev/null 2>&1
}

# try_venv COMMAND...: true if the command leaves a working environment behind.
try_venv() {
    rm -rf "$venv"
    "$@" >/dev/null 2>&1 && venv_works
}

# Without ensurepip and virtualenv, a pip outside can still install one inside.
venv_by_outer_pip() {
    "$python" -m pip --version && "$python" -m venv --without-pip "$venv" &&
        "$python" -m pip --python "$venv_python" install pip
}

# Debian and Ubuntu package venv separately from Python.
apt_install_venv() {
    minor=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    apt_install "python$minor-venv" || apt_install python3-venv
}

make_venv() {
    [ -w "$root" ] || fail "no permission to write in $root"
    [ ! -e "$venv" ] || say "the .venv here does not work (half-made or moved?)"
    say "making .venv with $("$python" --version)"
    try_venv "$python" -m venv "$venv" && return
    if apt_install_venv && try_venv "$python" -m venv "$venv"; then return; fi
    try_venv "$python" -m virtualenv "$venv" && return
    try_venv venv_by_outer_pip && return
    rm -rf "$venv"
    say "$python cannot make a virtual environment"
    case $(uname -s) in
        Darwin) explain "install a complete Python with: brew install python@3.12" ;;
        *) explain "install what is missing with: sudo apt-get install python3-venv" ;;
    esac
    explain "and start this again"
    exit 1
}

# install_package [EXTRA]: installs the package from this folder, editable, so that
# only a changed pyproject.toml requires pip again.
install_package() {
    checksum=$(cksum <"$root/pyproject.toml")
    installed=$(cat "$venv_stamp" 2>/dev/null || :)
    case $installed in
        "$checksum ${1:-}" | "$checksum dev") return ;;
    esac
    say "installing nof1-tracker${1:+ and what its tests need} into .venv"
    rm -f "$venv_stamp"
    pip_output=$(cd "$root" && PIP_USER=0 "$venv_python" -m pip install --quiet \
        --no-input --disable-pip-version-check --editable ".${1:+[$1]}" \
        </dev/null 2>&1) || {
        printf '%s\n' "$pip_output" >&2
        fail "pip could not install the package: see above (is there a network?)"
    }
    printf '%s\n' "$checksum ${1:-}" >"$venv_stamp"
}

# ready_python [EXTRA]: does everything above.
ready_python() {
    find_python
    venv_works || make_venv
    install_package "$@"
}
