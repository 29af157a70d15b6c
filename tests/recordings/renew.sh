#!/bin/sh
# Makes the recordings in this folder anew, after a change that is meant to be seen by players or in the ledger: say which in the
# commit. They are lives of simulated nights (docs/testing.md): a player's evening, one with operators whose
# server is asked to stop, one with a jackpot and bonus money, one that begins in the middle of play, one of three parts.
#
#   tests/recordings/renew.sh [BUILD_DIR]         (build/release unless told)
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
sim=${1:-$root/build/release}/bin/croupier-sim
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

keep() {
    "$sim" --seed "$1" --minutes 1 --twice-every 0 --record "$work/$1" >/dev/null
    install -m 644 "$work/$1/life-$2-000001.crr" "$root/tests/recordings/$3.crr"
}
keep 114 1 players
keep 131 1 operators
keep 183 1 jackpot
keep 191 1.2 middle
keep 13 1 parts
ls -l "$root"/tests/recordings/*.crr
