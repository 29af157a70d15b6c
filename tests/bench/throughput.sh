#!/bin/sh
# Durable spins a second beside the messages a second of a bare Beast echo server, both driven by croupier-load in the same
# run, one after the other; and the memory of an idle session. Run it on a quiet machine.
#
#   tests/bench/throughput.sh [BUILD_DIR]         (build/release unless told)
#   SECONDS_EACH=10 SESSIONS="1 64 512" IDLE=2000 GAME=lucky-lines STAKE=20
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build/release}
bin=$build/bin
seconds=${SECONDS_EACH:-10}
counts=${SESSIONS:-"1 64 512"}
idle=${IDLE:-2000}
game=${GAME:-lucky-lines}
stake=${STAKE:-20}

for program in croupier croupier-load bench-echo-server; do
    if [ ! -x "$bin/$program" ]; then
        echo "$bin/$program is missing: cmake --preset release && cmake --build --preset release" >&2
        exit 2
    fi
done

work=$(mktemp -d)
server_pid=
echo_pid=
load_pid=
clean_up() {
    for pid in $load_pid $server_pid $echo_pid; do kill "$pid" 2>/dev/null || true; done
    for pid in $load_pid $server_pid $echo_pid; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# wait_for FILE PATTERN: prints the rest of the line once it stands there.
wait_for() {
    tries=0
    until grep -q "$2" "$1" 2>/dev/null; do
        tries=$((tries + 1))
        if [ $tries -gt 300 ]; then
            echo "no '$2' within 30 s:" >&2
            cat "$1" "$1.err" >&2 2>/dev/null || true
            exit 1
        fi
        sleep 0.1
    done
    sed -n "s|^$2||p" "$1" | head -n 1
}
# field NAME JSON_FILE
field() { sed "s/.*\"$1\":\([0-9.]*\).*/\1/" "$2"; }
rss_kb() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }

"$bin/croupier" serve --demo --data-dir "$work/data" --listen 127.0.0.1:0 \
    --set edge.frames_per_second=0 --set demo.grant_minor=1000000000 >"$work/server" 2>"$work/server.err" &
server_pid=$!
"$bin/bench-echo-server" >"$work/echo" 2>"$work/echo.err" &
echo_pid=$!
server_url=http://$(wait_for "$work/server" 'listening on http://')
echo_url=http://$(wait_for "$work/echo" 'listening on http://')

# Memory first, on a server that has served one session and nothing more: later, new sessions would move into what earlier
# ones have freed, and seem to cost less than they do.
"$bin/croupier-load" --url "$server_url" --sessions 1 --spins-per-session 100 --game "$game" --stake "$stake" >/dev/null
before=$(rss_kb "$server_pid")
"$bin/croupier-load" --url "$server_url" --sessions "$idle" --idle --seconds 600 --prefix idle >"$work/idle" &
load_pid=$!
wait_for "$work/idle" 'ready' >/dev/null
after=$(rss_kb "$server_pid")
kill "$load_pid"
wait "$load_pid" 2>/dev/null || true
load_pid=
awk -v n="$idle" -v b="$before" -v a="$after" \
    'BEGIN { printf "idle sessions: %d, resident memory %d kB -> %d kB, %.1f kB each\n\n", n, b, a, (a - b) / n }'

printf '%s, %s s each, data on %s\n\n' "$game" "$seconds" "$(df --output=fstype "$work" | tail -n 1)"
printf '%8s | %12s %9s %9s | %12s %9s %9s | %6s\n' sessions 'spins/s' 'p50 ms' 'p99 ms' 'echo/s' 'p50 ms' 'p99 ms' ratio
for sessions in $counts; do
    "$bin/croupier-load" --url "$server_url" --sessions "$sessions" --seconds "$seconds" --game "$game" \
        --stake "$stake" --json >"$work/spins.json" || { cat "$work/spins.json" >&2; exit 1; }
    "$bin/croupier-load" --url "$echo_url" --echo --sessions "$sessions" --seconds "$seconds" --game "$game" \
        --stake "$stake" --json >"$work/echo.json" || { cat "$work/echo.json" >&2; exit 1; }
    awk -v n="$sessions" \
        -v s="$(field per_second "$work/spins.json")" -v s50="$(field p50_us "$work/spins.json")" \
        -v s99="$(field p99_us "$work/spins.json")" \
        -v e="$(field per_second "$work/echo.json")" -v e50="$(field p50_us "$work/echo.json")" \
        -v e99="$(field p99_us "$work/echo.json")" \
        'BEGIN { printf "%8d | %12.0f %9.3f %9.3f | %12.0f %9.3f %9.3f | %6.2f\n",
                 n, s, s50 / 1000, s99 / 1000, e, e50 / 1000, e99 / 1000, s / e }'
done
