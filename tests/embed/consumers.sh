#!/usr/bin/env bash
# Builds and runs the host programs of tests/embed/consumer as users would. Run by ctest, which gives the environment:
#   SOURCE, BUILD (of Tocsin), WORK (a folder to make a mess in), CC, CXX, FLAGS (what both builds are given)
set -euo pipefail
: "${SOURCE:?}" "${BUILD:?}" "${WORK:?}" "${CC:?}" "${CXX:?}" "${FLAGS?}"

expect() { # what command…
  local what=$1
  shift
  diff <("$@" "$SOURCE/tests/embed/consumer/rules.yaml") "$SOURCE/tests/embed/consumer/expected.txt" ||
    { echo "$what: the output differs"; exit 1; }
  echo "$what: fine"
}

configure() { # source binary options…
  local source=$1 binary=$2
  shift 2
  rm -rf "$binary"
  cmake -G Ninja -S "$source" -B "$binary" -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" "$@"
}

# Installs somewhere and moves it, so that whatever names the prefix is found out.
install() {
  rm -rf "$WORK/prefix" "$WORK/first"
  cmake --install "$BUILD" --prefix "$WORK/first" >"$WORK/install.log"
  mv "$WORK/first" "$WORK/prefix"
  if grep -rlI -e "$WORK" -e "$SOURCE" -e "$BUILD" "$WORK/prefix"; then
    echo "these files name the machine they were built on"
    exit 1
  fi
}

find_package() {
  configure "$SOURCE/tests/embed/consumer" "$WORK/find_package" -DCMAKE_PREFIX_PATH="$WORK/prefix"
  cmake --build "$WORK/find_package"
  expect "find_package, C++" "$WORK/find_package/consumer"
  expect "find_package, C" "$WORK/find_package/consumer_c"
}

pkg_config() {
  local path
  path=$(dirname "$(find "$WORK/prefix" -name tocsin.pc)")
  export PKG_CONFIG_PATH=$path
  local flags
  read -ra flags <<<"$(pkg-config --cflags --libs tocsin)"
  "$CXX" -std=c++20 "$SOURCE/tests/embed/consumer/main.cc" -o "$WORK/pkg_consumer" "${flags[@]}"
  expect "pkg-config, C++" "$WORK/pkg_consumer"
  read -ra flags <<<"$(pkg-config --cflags --libs tocsin-c)"
  "$CC" -std=c99 "$SOURCE/tests/embed/consumer/main.c" -o "$WORK/pkg_consumer_c" "${flags[@]}"
  LD_LIBRARY_PATH=$(dirname "$path") expect "pkg-config, C" "$WORK/pkg_consumer_c"
}

# The flags are those of the main build, so that a compiler cache has most of it already.
add_subdirectory() {
  local flags
  IFS='|' read -ra flags <<<"$FLAGS"
  configure "$SOURCE/tests/embed/subdirectory" "$WORK/subdirectory" -DTOCSIN_SOURCE="$SOURCE" "${flags[@]}"
  cmake --build "$WORK/subdirectory" --target consumer
  expect "add_subdirectory" "$WORK/subdirectory/consumer"
  (cd "$WORK/subdirectory" && ctest -N) | grep -q 'Total Tests: 0' || { echo "the host was given Tocsin's tests"; exit 1; }
}

# Without a library that is needed, the configuration stops and says what to install.
missing_dependency() {
  local package=$1 debian=$2
  if configure "$SOURCE" "$WORK/missing" -DCMAKE_DISABLE_FIND_PACKAGE_"$package"=ON >"$WORK/missing.log" 2>&1; then
    echo "configured without $package"
    exit 1
  fi
  if ! grep -q "Tocsin needs $package" "$WORK/missing.log" || ! grep -q "apt-get install $debian" "$WORK/missing.log"; then
    cat "$WORK/missing.log"
    exit 1
  fi
  echo "without $package: fine"
}

mkdir -p "$WORK"
"$@"
