#!/bin/sh
# Many simulated nights in a release build, as tools/test.sh runs them; and that the sanitizers' build lives through the very same
# ones.
#
#   tests/simulation/nights.sh [RELEASE_DIR [DEV_DIR]]        (build/release, build/dev unless told)
#   FIRST=1 SEEDS=500 MINUTES=6 ALIKE=12
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
release=${1:-$root/build/release}/bin/croupier-sim
dev=${2:-$root/build/dev}/bin/croupier-sim
first=${FIRST:-1}
minutes=${MINUTES:-6}

"$release" --seed "$first" --seeds "${SEEDS:-500}" --minutes "$minutes" --jobs 2

traces() { "$1" --seed "$first" --seeds "${ALIKE:-12}" --minutes "$minutes" --jobs 2 --twice-every 0 --traces | sed -n 's/^seed/seed/p' | sort; }
fast=$(traces "$release")
checked=$(traces "$dev")
if [ "$fast" != "$checked" ] || [ -z "$fast" ]; then
    printf 'The builds do not live through the same nights.\nrelease:\n%s\ndev:\n%s\n' "$fast" "$checked" >&2
    exit 1
fi
echo "$(printf '%s\n' "$fast" | wc -l) nights have the same trace in $release and $dev"
