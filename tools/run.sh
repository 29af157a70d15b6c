#!/usr/bin/env bash
# Installs what is missing, builds Croupier and starts a demo casino: tools/run.sh [options of croupier serve…]
source "$(dirname "${BASH_SOURCE[0]}")/lib/setup.sh"

install_missing build
check_node
configure release
build release croupier croupier-load croupier-rtp

# What the caller says wins over the defaults.
address="127.0.0.1:8080"
defaults=(--demo)
[[ " $* " =~ [[:space:]]--data-dir[=[:space:]] ]] || defaults+=(--data-dir data)
if [[ " $* " =~ [[:space:]]--listen[=[:space:]]([^[:space:]]+) ]]; then
    address="${BASH_REMATCH[1]}"
else
    defaults+=(--listen "$address")
fi
say "Croupier plays at http://${address/#127.0.0.1:/localhost:}   (Ctrl-C stops it)"
exec build/release/bin/croupier serve "${defaults[@]}" "$@"
