# What every script shares: messages, apt, time limits.
# Sourced; expects $root, the project's folder.
# shellcheck shell=sh disable=SC2154

say() {
    printf '%s\n' "== $*" >&2
}

fail() {
    printf '%s\n' "!! $*" >&2
    exit 1
}

# Prints explanations below a line of say, indented.
explain() {
    printf '%s\n' "$@" | sed 's/^/   /' >&2
}

# True if system packages may be installed without asking anybody.
# NOF1_APT=no forbids it.
apt_allowed() {
    [ "${NOF1_APT:-yes}" != no ] && command -v apt-get >/dev/null 2>&1 || return 1
    [ "$(id -u)" -eq 0 ] || sudo -n true >/dev/null 2>&1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq \
        -o DPkg::Lock::Timeout=120 -o Acquire::Retries=1 \
        -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 \
        "$@" </dev/null
}

# Installs packages if that is allowed; otherwise says in one line why it did not.
# A new container has no package lists yet, and old lists name files that no longer
# exist. In either case it tries again after an update.
apt_install() {
    apt_allowed || return 1
    say "installing $* with apt"
    apt_log=$(mktemp "${TMPDIR:-/tmp}/nof1-apt.XXXXXX")
    apt_done=0
    {
        apt_get install -y --no-install-recommends "$@" ||
            { apt_get update && apt_get install -y --no-install-recommends "$@"; }
    } >"$apt_log" 2>&1 || apt_done=1
    [ "$apt_done" -eq 0 ] || explain "$(grep '^E:' "$apt_log" | tail -n 1)"
    rm -f "$apt_log"
    return "$apt_done"
}

# within SECONDS COMMAND...: ends the command and everything it started when the
# time is up (exit code 124). Not every system has timeout(1). The command has
# no terminal, so nothing in it can ask for a password.
within() {
    "$python" -c '
import os, signal, subprocess, sys

command = subprocess.Popen(
    sys.argv[2:], stdin=subprocess.DEVNULL, start_new_session=True
)
try:
    sys.exit(command.wait(float(sys.argv[1])))
except (subprocess.TimeoutExpired, KeyboardInterrupt) as end:
    os.killpg(command.pid, signal.SIGTERM)
    try:
        command.wait(5)
    except subprocess.TimeoutExpired:
        os.killpg(command.pid, signal.SIGKILL)
    sys.exit(130 if isinstance(end, KeyboardInterrupt) else 124)
' "$@"
}
