#!/bin/sh
# The statistical gate for the games' random numbers, before a release or by night: NIST's known answers, the tests of GLI-19
# 3.2.2 on every game's outcomes jointly at 99 %, rngtest and dieharder on raw octets of both generators. Needs Debian's
# rng-tools5 and dieharder. Exit status 1: something has to be looked at.
#
#   tests/rng/gate.sh [BUILD_DIR]                 (build/release unless told)
#   ROUNDS=200000     rounds a game
#   BLOCKS=40000      blocks of 20000 bits for rngtest
#   DIEHARDER="0 2"   numbers of its tests: all that it calls good, unless told; "" for none
#
# How p-values are read: a sound generator fails one of a hundred such suites at 99 %, so what fails is run again on fresh values, once;
# failing twice is a failure. Of dieharder's verdicts WEAK (one in two hundred) counts for nothing, and FAILED (one in a million) is
# run again likewise. The tests that its own authors call "suspect" (OPSO, OQSO, DNA) and "do not use" are left out.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
bin=${1:-$root/build/release}/bin
rounds=${ROUNDS:-200000}
blocks=${BLOCKS:-40000}
for program in "$bin/croupier-rng" "$bin/croupier-rng-kat" "$bin/croupier-rng-suite" rngtest dieharder; do
    command -v "$program" >/dev/null || { echo "$program is missing" >&2; exit 2; }
done
dieharder=${DIEHARDER-$(dieharder -l | awk '$1 == "-d" && $NF == "Good" { print $2 }')}
wrong=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "== known answers"
"$bin/croupier-rng-kat" "$root"/tests/rng/vectors/*.rsp | tail -n 1 || wrong=1

for game in "$root"/config/games/*.json; do
    for mechanism in hmac ctr; do
        echo "== GLI-19 3.2.2: $(basename "$game" .json), $mechanism"
        try() { "$bin/croupier-rng" dump --mechanism "$mechanism" game "$game" "$rounds" | "$bin/croupier-rng-suite" 0.99 >"$work/suite"; }
        if try; then tail -n 1 "$work/suite"; else
            cat "$work/suite"
            echo "-- again, on fresh values"
            try || wrong=1
            tail -n 1 "$work/suite"
        fi
    done
done

for mechanism in hmac ctr; do
    echo "== rngtest (FIPS 140-2): $mechanism; about one block in a thousand fails"
    "$bin/croupier-rng" dump --mechanism "$mechanism" raw $((blocks * 2500 + 4)) | rngtest --blockcount="$blocks" 2>"$work/rngtest" || true
    grep -E 'successes|failures' "$work/rngtest"
    failures=$(sed -n 's/.*FIPS 140-2 failures: *//p' "$work/rngtest")
    # Expected: 0.8 in a thousand. Beyond six standard deviations it is no chance.
    awk -v n="$blocks" -v k="$failures" 'BEGIN { m = n * 0.0008; exit !(k <= m + 6 * sqrt(m) + 1) }' || wrong=1

    for number in $dieharder; do
        try() { "$bin/croupier-rng" dump --mechanism "$mechanism" raw 0 | dieharder -g 200 -d "$number" | grep -E 'PASSED|WEAK|FAILED' >"$work/dieharder"; }
        try || { echo "dieharder -d $number said nothing" >&2; wrong=1; continue; }
        if grep -q FAILED "$work/dieharder"; then
            cat "$work/dieharder"
            echo "-- again, on fresh values"
            try
            ! grep -q FAILED "$work/dieharder" || wrong=1
        fi
        cat "$work/dieharder"
    done
done
exit $wrong
