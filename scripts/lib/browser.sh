# A browser for Playwright. Sourced after python.sh, called after ready_python.
# shellcheck shell=sh disable=SC2154

download_seconds=600

# Sets $browser to the browser that the program would use, if it starts.
# Playwright's own browser is in the home folder, and each test has another home.
check_browser() {
    browser_status=0
    browser=$("$venv_python" "$root/scripts/lib/check_browser.py" "$@" 2>/dev/null) ||
        browser_status=$?
    case $browser in
        */ms-playwright/*)
            export PLAYWRIGHT_BROWSERS_PATH="${browser%%/ms-playwright/*}/ms-playwright"
            ;;
    esac
    return "$browser_status"
}

# Playwright's Node.js needs a library that a small Debian lacks; without it, no
# browser can be driven at all.
ready_driver() {
    driver_runs && return
    apt_install libatomic1 && driver_runs
}

driver_runs() {
    driver_error=$("$venv_python" -m playwright --version 2>&1)
}

# Downloads Playwright's own Chromium, and installs the libraries that it needs if
# they are missing and may be installed. A failed download is reported in one line.
download_browser() {
    say "no browser that starts is here: downloading Playwright's (about 100 MB)"
    if ! PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT=15000 within "$download_seconds" \
        "$venv_python" -m playwright install chromium-headless-shell \
        >/dev/null 2>&1; then
        explain "it could not be downloaded"
        return 1
    fi
    check_browser "$@" && return
    apt_allowed || return 1
    say "installing the libraries that Chromium needs with apt"
    # No time limit: apt must not be killed between unpacking and setting up.
    "$venv_python" -m playwright install-deps chromium-headless-shell \
        </dev/null >/dev/null 2>&1 && check_browser "$@"
}

apt_browser() {
    apt_install chromium-headless-shell && check_browser "$@" && return
    apt_install chromium && check_browser "$@"
}

# ready_browser --configured|--defaults: false, with advice, if no browser is
# available. Any other problem is left to the program, which reports it.
ready_browser() {
    check_browser "$@" && return
    [ "$browser_status" -eq 3 ] || return 0
    if ! ready_driver; then
        say "Playwright's driver does not run: $(printf '%s\n' "$driver_error" | tail -n 1)"
        explain "install what it misses, for example: sudo apt-get install libatomic1"
        return 1
    fi
    check_browser "$@" || download_browser "$@" || apt_browser "$@" || {
        say "there is no browser that starts, and none could be installed"
        case $(uname -s) in
            Darwin) explain "install one with: .venv/bin/playwright install chromium" ;;
            *) explain "install one with: sudo apt-get install chromium" ;;
        esac
        explain "or name one: SCRAPER_BROWSER_PATH=/path/to/chromium"
        return 1
    }
}
