#!/usr/bin/env bash
# The library prints nothing and never ends the program that holds it: none of its objects refers to what would.
#   check_symbols.sh nm libtocsin_core.a…
set -euo pipefail
nm=$1
shift

# By name, undefined in the object: formatted output to the standard streams, the streams themselves, ways to end a program.
forbidden='(__)?(v|f|vf|d|vd)?printf(_chk)?|puts|putchar|putc|perror|stdout|stderr|exit|_exit|_Exit|quick_exit|abort'
forbidden+='|std::(basic_ostream<.*>::)?(cout|cerr|clog|wcout|wcerr|wclog)|raise|kill|fmt::.*::(v?print|vprintf)\(.*'

found=$("$nm" --undefined-only --demangle --print-file-name "$@" | grep -E " U ($forbidden)(@.*)?\$" || true)
if [[ -n $found ]]; then
  echo "these objects print, or end the program:"
  echo "$found"
  exit 1
fi
count=$("$nm" --undefined-only "$@" | grep -c ' U ' || true)
# A check of nothing would pass as well.
if ((count < 100)); then
  echo "only $count symbols were found in $*"
  exit 1
fi
echo "none of $count references prints or ends the program"
