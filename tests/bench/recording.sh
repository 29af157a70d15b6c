#!/bin/sh
# What recording costs: durable spins a second and the p99 of their answers with recording.mode on and off, in turn, and the
# ratio of the medians; how large a recording becomes; and how fast it is replayed. Run it on a quiet machine.
#
#   tests/bench/recording.sh [BUILD_DIR]          (build/release unless told)
#   ROUNDS=5 SECONDS_EACH=5 SESSIONS=64 RATE=     RATE: open loop, so many spins a second over all sessions
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build/release}
bin=$build/bin
rounds=${ROUNDS:-5}
seconds=${SECONDS_EACH:-5}
sessions=${SESSIONS:-64}
rate=${RATE:-}

for program in croupier croupier-load croupier-replay; do
    if [ ! -x "$bin/$program" ]; then
        echo "$bin/$program is missing: cmake --preset release && cmake --build --preset release" >&2
        exit 2
    fi
done

work=$(mktemp -d)
server_pid=
clean_up() {
    if [ -n "$server_pid" ]; then
        kill "$server_pid" 2>/dev/null || true
        wait "$server_pid" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# run MODE NUMBER: one fresh casino under load; its figures go to $work/MODE.tsv, its data stay in $work/MODE-NUMBER.
run() {
    data=$work/$1-$2
    "$bin/croupier" serve --demo --data-dir "$data" --listen 127.0.0.1:0 --set recording.mode="$1" \
        --set edge.frames_per_second=0 --set demo.grant_minor=1000000000 >"$work/server" 2>"$work/server.err" &
    server_pid=$!
    tries=0
    until grep -q 'listening on' "$work/server"; do
        tries=$((tries + 1))
        if [ $tries -gt 300 ]; then
            cat "$work/server.err" >&2
            exit 1
        fi
        sleep 0.1
    done
    url=$(sed -n 's|^listening on ||p' "$work/server")
    "$bin/croupier-load" --url "$url" --sessions "$sessions" --seconds "$seconds" --stake 20 ${rate:+--rate "$rate"} --json \
        >"$work/result"
    kill "$server_pid"
    wait "$server_pid" || true
    server_pid=
    field() { sed "s/.*\"$1\":\([0-9.]*\).*/\1/" "$work/result"; }
    printf '%s\t%s\t%s\n' "$(field per_second)" "$(field p99_us)" "$(field answers)" >>"$work/$1.tsv"
}

i=1
while [ $i -le "$rounds" ]; do
    run off $i
    run on $i
    i=$((i + 1))
done

median() { cut -f "$2" "$work/$1.tsv" | sort -g | sed -n "$(((rounds + 1) / 2))p"; }
ratio() { awk "BEGIN { printf \"%.3f\", $1 / $2 }"; }
on=$(median on 1)
off=$(median off 1)
echo "spins/s at $sessions sessions: on $on, off $off, ratio $(ratio "$on" "$off")"
echo "p99: on $(median on 2) us, off $(median off 2) us"
spins=$(sed -n '$p' "$work/on.tsv" | cut -f 3)
bytes=$(cat "$work/on-$rounds"/recordings/*.crr | wc -c)
echo "recording: $bytes bytes, $(ratio "$bytes" "$spins") a spin"
"$bin/croupier-replay" "$work/on-$rounds/recordings"
