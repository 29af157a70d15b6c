#!/usr/bin/env bash
# Checks format and lint: tools/lint.sh [--all | --fix]
# The format of all C++ files, and clang-tidy on those that changed since the last commit on origin's main (or in the last
# commit); with --all on every file. --fix formats instead.
source "$(dirname "${BASH_SOURCE[0]}")/lib/setup.sh"

mode="${1:-changed}"
[[ "$mode" =~ ^(changed|--all|--fix)$ ]] || fail "usage: tools/lint.sh [--all | --fix]"
install_missing build lint

mapfile -t files < <(git ls-files -- '*.cpp' '*.hpp')
if [[ "$mode" == --fix ]]; then
    say "Formatting ${#files[@]} files"
    clang-format-19 -i "${files[@]}"
    exit 0
fi
say "Checking the format of ${#files[@]} files"
clang-format-19 --dry-run --Werror "${files[@]}" || fail "Not formatted as .clang-format says; remedy: tools/lint.sh --fix"

if [[ "$mode" == --all ]]; then
    mapfile -t sources < <(git ls-files -- '*.cpp')
else
    base="$(git merge-base HEAD origin/main 2>/dev/null || git rev-parse --verify -q HEAD~1 || git rev-parse HEAD)"
    [[ "$base" != "$(git rev-parse HEAD)" ]] || base="$(git rev-parse --verify -q HEAD~1 || echo "$base")"
    mapfile -t sources < <(git diff --name-only --diff-filter=d "$base" -- '*.cpp')
fi
((${#sources[@]} > 0)) || { say "No C++ source changed: nothing for clang-tidy"; exit 0; }

configure dev
build dev croupier_pch
say "clang-tidy on ${#sources[@]} files"
printf '%s\n' "${sources[@]}" | xargs -P "$JOBS" -n 1 clang-tidy-19 -p build/dev --quiet --warnings-as-errors='*' \
    || fail "clang-tidy found something; see above"
say "Clean"
