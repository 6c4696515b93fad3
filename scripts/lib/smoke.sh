#!/bin/sh
# scripts/lib/smoke.sh PROGRAM
#
# Checks that the installed program works in an empty home with nothing configured:
# version, schema, the sample, a simulated scrape without a browser, report, export.
set -eu

program=$1
home=$(mktemp -d "${TMPDIR:-/tmp}/nof1-smoke.XXXXXX")
trap 'rm -rf "$home"' EXIT
cd "$home"

clean() {
    env -i PATH="$PATH" HOME="$home" LANG=C.UTF-8 "$program" "$@"
}

expect() {
    grep -q -- "$1" "$2" || {
        echo "!! $2 does not hold: $1" >&2
        tail -n 5 "$2" >&2
        exit 1
    }
}

clean --version >version.txt
expect '[0-9]' version.txt
clean db upgrade
clean db current >current.txt
expect fits current.txt
clean sample >sample.txt
expect 'Qwen3 Max' sample.txt
clean demo --transport http >demo.txt
expect DeepSeek demo.txt
# On the database that the demo kept.
database=$home/.local/share/nof1-tracker/simulated-arena.db
with_demo() {
    env -i PATH="$PATH" HOME="$home" LANG=C.UTF-8 \
        NOF1_DATABASE_URL="sqlite:///$database" "$program" "$@"
}
with_demo report -o report.html
expect '</html>' report.html
with_demo report --format json >report.json
expect max_drawdown report.json
with_demo export snapshots --format jsonl >snapshots.jsonl
expect equity snapshots.jsonl
echo "   $program: version, schema, sample, demo, report, export" >&2
