#!/bin/sh
# Installs the npm packages of tests/protocol into a folder of the build, once a lock file: offline when nothing changed.
# usage: npm_ci.sh FOLDER
set -eu
source=$(cd "$(dirname "$0")" && pwd)
target=$1
stamp=$target/node_modules/.croupier-stamp

mkdir -p "$target"
if [ -f "$stamp" ] && cmp -s "$source/package-lock.json" "$stamp"; then
  echo "npm: nothing changed in $source/package-lock.json"
  exit 0
fi
cp "$source/package.json" "$source/package-lock.json" "$target/"
cd "$target"
npm ci --ignore-scripts --no-audit --no-fund
cp package-lock.json "$stamp"
