#!/bin/sh
# What a durable transfer costs: beside bare SQLite and PostgreSQL 15 in the same run, as the ledger grows, at a start.
# PostgreSQL (Debian's package) runs on a scratch directory with its default settings, on a Unix socket only; it is stopped
# and removed at the end. Run it on a quiet machine.
#
#   tests/bench/ledger.sh [BUILD_DIR [bench-ledger's options, e.g. --long]]       (build/release unless told)
#   DIRECTORY=/var/tmp            a directory on the disk to be measured
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build/release}
[ $# -eq 0 ] || shift
bench=$build/bin/bench-ledger
if [ ! -x "$bench" ]; then
    echo "$bench is missing: cmake --preset release && cmake --build --preset release" >&2
    exit 2
fi

work=$(mktemp -d "${DIRECTORY:-/var/tmp}/bench-ledger.XXXXXX")
bin=/usr/lib/postgresql/15/bin
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}
started=
clean_up() {
    [ -z "$started" ] || as_postgres "$bin/pg_ctl" -D "$work/postgres/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

set -- "$@" --directory "$work/ledger"
if [ -x "$bin/initdb" ] && command -v pgbench >/dev/null; then
    chmod 711 "$work"
    mkdir "$work/postgres"
    [ "$(id -u)" -ne 0 ] || chown postgres: "$work/postgres"
    (
        cd "$work/postgres"
        as_postgres "$bin/initdb" -D data -U postgres -A trust >initdb.log
        as_postgres "$bin/pg_ctl" -D data -w -l server.log -o "-k $work/postgres -h ''" start >/dev/null
    )
    started=yes
    set -- "$@" --postgres "$work/postgres"
else
    echo "PostgreSQL 15 is not installed (apt-get install postgresql): it is left out of the comparison."
fi
printf 'Files on %s, %s processors.\n\n' "$(df --output=fstype "$work" | tail -n 1)" "$(nproc)"
"$bench" "$@"
