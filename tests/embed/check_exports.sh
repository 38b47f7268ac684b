#!/usr/bin/env bash
# What libtocsin.so exports is what capi/tocsin.symbols lists, no less and no more.
#   check_exports.sh nm libtocsin.so tocsin.symbols
set -euo pipefail
nm=$1 library=$2 list=$3

LC_ALL=C sort --check --unique "$list"
if ! diff "$list" <("$nm" --dynamic --defined-only --format=posix "$library" | cut -d' ' -f1 | LC_ALL=C sort); then
  echo "'<' is only in $list, '>' only in $library. A function that was added belongs into the list; none may go."
  exit 1
fi
echo "$(wc -l <"$list") symbols, all as listed"
