"""The same functions everywhere: in the header, the list of symbols, the plain declarations and the C test."""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def without_comments(text):
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def declared(text):
    return re.findall(r"\b(tocsin_\w+)\(", without_comments(text))


def header():
    return (ROOT / "capi/tocsin.h").read_text()


def symbols():
    return (ROOT / "capi/tocsin.symbols").read_text().split()


def test_the_list_of_symbols_is_the_header():
    assert symbols() == sorted(declared(header()))


def test_every_function_is_marked_for_export():
    for line in without_comments(header()).splitlines():
        if re.search(r"\btocsin_\w+\(", line):
            assert line.startswith("TOCSIN_API "), line


def test_the_c_tests_call_every_function():
    tests = [ROOT / "tests/capi" / name for name in ("capi_test.c", "host_test.c")]
    called = set(declared("".join(test.read_text() for test in tests)))
    assert called == set(symbols())


def plain():
    return pathlib.Path(os.environ["TOCSIN_FFI_HEADER"])


def test_the_plain_declarations_are_all_and_only_declarations():
    text = plain().read_text()
    assert sorted(declared(text)) == symbols()
    for foreign in ("#", "/*", "//", "__attribute__", "extern", "TOCSIN_", "@", "<"):
        assert foreign not in text


def test_the_plain_declarations_agree_with_the_header(tmp_path):
    # A declaration that differed from the header's would not compile beside it.
    both = tmp_path / "both.c"
    again = "".join(f"#define tocsin_{name} tocsin_{name}_again\n" for name in ("key", "value", "function"))
    both.write_text(f'#include "tocsin.h"\n{again}#include "{plain()}"\nint unused;\n')
    alone = tmp_path / "alone.c"
    alone.write_text(f'#include <stddef.h>\n#include <stdint.h>\n#include "{plain()}"\nint unused;\n')
    compiler = os.environ.get("CC", "cc")
    flags = ["-fsyntax-only", "-Werror", "-Wall", f"-I{ROOT / 'capi'}"]
    subprocess.run([compiler, "-std=c99", "-pedantic-errors", *flags, str(alone)], check=True)
    # These take what the second copy has under another name: that alone tells them apart.
    result = subprocess.run([compiler, "-std=c11", *flags, str(both)], capture_output=True, text=True, check=False)
    conflicts = set(re.findall(r"conflicting types for .(tocsin_\w+)", result.stderr))
    assert conflicts <= {"tocsin_engine_value", "tocsin_engine_lookup", "tocsin_host_add_function"}, result.stderr
    assert "conflicting types" in result.stderr
