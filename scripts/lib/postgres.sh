# A private PostgreSQL server that lives as long as the script that started it.
# Sourced after common.sh with $python set. It listens on 127.0.0.1 only, on a
# free port, with a random password, so that other users of the machine have no access.
# shellcheck shell=sh disable=SC2034,SC2154

oldest_postgres=14
postgres_folder=
postgres_owner=

# Directories that may contain the server's programs, one per line.
postgres_places() {
    if initdb=$(command -v initdb); then
        "$python" -c 'import os, sys; print(os.path.dirname(os.path.realpath(sys.argv[1])))' "$initdb"
    fi
    for place in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
        /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin \
        /Applications/Postgres.app/Contents/Versions/*/bin; do
        printf '%s\n' "$place"
    done
}

# Sets $postgres_programs to the directory of the newest version installed.
find_postgres() {
    postgres_programs=
    newest=$((oldest_postgres - 1))
    while IFS= read -r place; do
        { [ -x "$place/initdb" ] && [ -x "$place/pg_ctl" ]; } || continue
        version=$("$place/postgres" --version 2>/dev/null |
            sed 's/^[^0-9]*\([0-9]*\).*/\1/')
        if [ "${version:-0}" -gt "$newest" ]; then
            newest=$version
            postgres_programs=$place
        fi
    done <<PLACES
$(postgres_places)
PLACES
    [ -n "$postgres_programs" ]
}

# PostgreSQL refuses to run as root, so for root an ordinary user owns the server.
choose_postgres_owner() {
    [ "$(id -u)" -eq 0 ] || return 0
    for postgres_owner in postgres nobody daemon; do
        ! id "$postgres_owner" >/dev/null 2>&1 || return 0
    done
    return 1
}

# The folder for the server's files: in memory, if there is plenty (a new database
# takes 15 ms there, 50 to 300 on a disk). A folder of root may be closed to the
# server's user; /tmp is not.
postgres_parent() {
    free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
    if [ -w /dev/shm ] && [ "${free:-0}" -gt 1000000 ]; then
        echo /dev/shm
    elif [ -n "$postgres_owner" ]; then
        echo /tmp
    else
        echo "${TMPDIR:-/tmp}"
    fi
}

as_owner() (
    cd /
    export LC_ALL=C
    [ -n "$postgres_owner" ] || exec "$@"
    exec "$python" -c '
import os, pwd, sys

user = pwd.getpwnam(sys.argv[1])
os.initgroups(user.pw_name, user.pw_gid)
os.setgid(user.pw_gid)
os.setuid(user.pw_uid)
os.execv(sys.argv[2], sys.argv[2:])
' "$postgres_owner" "$@"
)

free_port() {
    "$python" -c 'import socket
with socket.socket() as listener:
    listener.bind(("127.0.0.1", 0))
    print(listener.getsockname()[1])'
}

# Nothing in the database outlives the tests, so nothing must survive a power cut.
init_postgres() {
    password=$(od -An -N 16 -t x1 /dev/urandom | tr -d ' \n')
    printf '%s\n' "$password" >"$postgres_folder/password"
    if [ -n "$postgres_owner" ]; then
        chown -R "$postgres_owner" "$postgres_folder"
    fi
    as_owner "$postgres_programs/initdb" --pgdata="$postgres_folder/data" \
        --username=postgres --pwfile="$postgres_folder/password" \
        --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync &&
        cat >>"$postgres_folder/data/postgresql.conf" <<'CONF'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
min_wal_size = 32MB
max_wal_size = 128MB
CONF
}

# Tries three times, because another process may take the port once it is found.
launch_postgres() {
    for _ in 1 2 3; do
        port=$(free_port)
        printf 'port = %s\n' "$port" >>"$postgres_folder/data/postgresql.conf"
        as_owner "$postgres_programs/pg_ctl" --pgdata="$postgres_folder/data" \
            --log="$postgres_folder/server.log" --wait --timeout=60 start && return
    done
    return 1
}

# start_postgres: sets TEST_DATABASE_URL. False, with the reason in
# $postgres_reason, if no server is available.
start_postgres() {
    postgres_reason="no PostgreSQL >= $oldest_postgres is installed, and apt could not or may not install it"
    find_postgres || { apt_install postgresql && find_postgres; } || return 1
    postgres_reason="no ordinary user to run PostgreSQL as"
    choose_postgres_owner || return 1
    parent=$(postgres_parent)
    postgres_reason="no folder can be made in $parent"
    postgres_folder=$(mktemp -d "$parent/nof1-postgres.XXXXXX") || return 1
    say "starting a throw-away PostgreSQL $newest"
    if ! { init_postgres && launch_postgres; } >"$postgres_folder/start.log" 2>&1; then
        postgres_reason="PostgreSQL did not start: $(tail -n 1 "$postgres_folder/start.log")"
        stop_postgres
        return 1
    fi
    TEST_DATABASE_URL=postgresql://postgres:$password@127.0.0.1:$port/postgres
    export TEST_DATABASE_URL
}

# May be called at any time, and twice.
stop_postgres() {
    [ -n "$postgres_folder" ] || return 0
    if [ -f "$postgres_folder/data/postmaster.pid" ]; then
        as_owner "$postgres_programs/pg_ctl" --pgdata="$postgres_folder/data" \
            --mode=immediate --wait --timeout=30 stop >/dev/null 2>&1 || :
    fi
    rm -rf "$postgres_folder"
    postgres_folder=
}
