#!/usr/bin/env bash
# Installs what is missing, builds with sanitizers and runs all tests: tools/test.sh [options of ctest…]
# With options only the tests that they choose run, without the run under ThreadSanitizer.
source "$(dirname "${BASH_SOURCE[0]}")/lib/setup.sh"

install_missing build test
check_node
export PATH="/usr/lib/llvm-19/bin:$PATH"  # llvm-symbolizer, for the sanitizers' reports.
export UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}"

# The store's writer, the log and the keys have threads: their tests, labelled so, also run under ThreadSanitizer.
threads_failed=0
if (($# == 0)); then
    configure tsan
    mapfile -t threaded < <(ctest --test-dir build/tsan -N -L threads | sed -n 's/^ *Test *#[0-9]*: *//p')
    ((${#threaded[@]} > 0)) || fail "No test is labelled 'threads': the run under ThreadSanitizer would prove nothing"
    build tsan "${threaded[@]}"
    say "Testing under ThreadSanitizer: ${threaded[*]}"
    ctest --test-dir build/tsan -L threads -j2 --output-on-failure || threads_failed=1
fi

configure dev
build dev
say "Testing (dev: AddressSanitizer, UndefinedBehaviorSanitizer)"
ctest --test-dir build/dev -j2 --output-on-failure --no-tests=error "$@" || fail "Tests failed; the summary is above"
if (($# == 0)); then
    configure release
    build release croupier-sim
    say "Simulating nights (release)"
    tests/simulation/nights.sh || fail "A simulated night failed; it says above how to run it alone"
fi
((threads_failed == 0)) || fail "Tests failed under ThreadSanitizer; see above"
