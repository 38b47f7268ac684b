#!/usr/bin/env bash
# capi/tocsin.h compiles alone, and twice, as every C since 1989 and every C++ since 1998, without a warning.
#   check_c_header.sh cc c++ FOLDER_OF_HEADER
set -euo pipefail
cc=$1 cxx=$2 folder=$3
warnings=(-pedantic-errors -Wall -Wextra -Wshadow -Werror -fsyntax-only)

for standard in c89 c99 c11 c17; do
  printf '#include "tocsin.h"\n#include "tocsin.h"\nint unused;\n' |
    "$cc" -std="$standard" "${warnings[@]}" -Wstrict-prototypes -I"$folder" -x c -
done
for standard in c++98 c++11 c++17 c++20; do
  printf '#include "tocsin.h"\n#include "tocsin.h"\n' | "$cxx" -std="$standard" "${warnings[@]}" -I"$folder" -x c++ -
done
echo "fine as C89 to C17 and C++98 to C++20"
