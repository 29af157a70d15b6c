#!/bin/sh
# Does the simulation find bugs? Each patch under mutants/ puts one into the real code; each has to be caught within as many seeds
# as its patch says. Takes about a minute a mutant; for the night. Prints a table; 1 unless all are caught.
#
#   tests/simulation/mutants.sh [NAME…]        (all unless told)
#   WORK=build/mutants                         a copy of the sources as they are committed, and its build
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
work=${WORK:-$root/build/mutants}
here=$root/tests/simulation/mutants
names=${*:-$(cd "$here" && ls ./*.patch | sed 's|^\./||; s|\.patch$||')}

rm -rf "$work/source"
mkdir -p "$work/source"
git -C "$root" archive HEAD | tar -x -C "$work/source"
CCACHE_BASEDIR=$work/source CCACHE_NOHASHDIR=1
export CCACHE_BASEDIR CCACHE_NOHASHDIR
cmake -S "$work/source" -B "$work/build" --preset release -DCROUPIER_BENCH=OFF >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; exit 2; }

build() { cmake --build "$work/build" --target croupier-sim >"$work/log" 2>&1; }
simulate() { "$work/build/bin/croupier-sim" --seeds "$1" --minutes 6 --twice-every 0 --stop >"$work/out" 2>&1; }

build || { tail -n 20 "$work/log" >&2; exit 2; }
simulate 20 || { echo 'Without a mutant something fails already:' >&2; cat "$work/out" >&2; exit 2; }

missed=0
printf '%-42s %8s %8s  %s\n' mutant seeds within 'what was noticed'
for name in $names; do
    patch=$here/$name.patch
    within=$(sed -n 's/^Caught within \([0-9]*\) seeds\.$/\1/p' "$patch")
    if ! patch -s -p1 -d "$work/source" <"$patch"; then
        printf '%-42s the patch does not apply any more\n' "$name"
        missed=1
        continue
    fi
    if ! build; then
        printf '%-42s does not compile\n' "$name"
        tail -n 20 "$work/log" >&2
        missed=1
    elif simulate "$within"; then
        printf '%-42s %8s %8s  NOT CAUGHT\n' "$name" - "$within"
        missed=1
    else
        seed=$(sed -n 's/^SEED \([0-9]*\) .*/\1/p' "$work/out" | head -n 1)
        what=$(grep -v '^SEED\|croupier-sim\|^[0-9]* seeds\|^$' "$work/out" | head -n 1 | cut -c 1-100)
        printf '%-42s %8s %8s  %s\n' "$name" "$seed" "$within" "$what"
    fi
    patch -s -R -p1 -d "$work/source" <"$patch"
done
exit $missed
