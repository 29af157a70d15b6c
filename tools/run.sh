#!/usr/bin/env bash
# Installs what is missing, builds Croupier and starts a casino: tools/run.sh [options of croupier serve…]
# A demo, unless the caller brings a configuration (--config FILE): then that decides everything. Relative paths count
# from the repository's root.
source "$(dirname "${BASH_SOURCE[0]}")/lib/setup.sh"

install_missing build
check_node
configure release
build release croupier croupier-load croupier-replay croupier-rng croupier-rtp croupier-verify

# Ahead of what the caller says: the last --set of a key counts. Address and data directory have the server's defaults.
defaults=(--set server.demo=true)
for argument; do
    [[ "$argument" == --config || "$argument" == --config=* ]] && defaults=()
done
say "Starting Croupier: the line \"listening on\" tells its address   (Ctrl-C stops it)"
exec build/release/bin/croupier serve "${defaults[@]}" "$@"
