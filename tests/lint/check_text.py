"""Checks what no compiler looks at: include guards, file names, the look of the text, and that nothing names a machine.

Prints one line for each finding, as FILE:LINE: what is wrong, and what would be right.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = {".h", ".cc", ".c"}
TEXT = CODE | {".py", ".pyi", ".md", ".cmake", ".txt", ".in", ".sh", ".yaml", ".toml", ".json", ".map", ".symbols", ""}
COLUMNS = 120
# Paths that exist on one machine only. The brackets keep this line from finding itself.
MACHINE = re.compile(r"(?<![\w.}])/(?:hom[e]|roo[t]|User[s]|wor[k]|mn[t])/[\w.]")
# Characters that look like nothing or turn the text around.
TREACHEROUS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00a0\u00ad]|[\x00-\x08\x0b-\x1f\x7f]")
# Samples of wrong input are allowed to look wrong.
SAMPLES = ("tests/unit/diagnostics/", "tests/fuzz/seeds/")


def repository_files():
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"],
        cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    return sorted(name for name in listed.decode().split("\0") if name and (ROOT / name).is_file())


def expected_guard(name):
    """include/tocsin/base/time.h -> TOCSIN_BASE_TIME_H_, capi/guard.h -> TOCSIN_CAPI_GUARD_H_, and so on for tests/."""
    if name == "capi/tocsin.h":
        return "TOCSIN_H_"  # the C header stands alone where it is installed
    path = re.sub(r"^(include/tocsin|src)/|(?<=^python/)src/", "", name)
    return "TOCSIN_" + re.sub(r"\W", "_", path.removesuffix(".h")).upper() + "_H_"


def check_guard(name, text):
    guard = expected_guard(name)
    if f"#ifndef {guard}\n#define {guard}\n" not in text:
        yield 1, f"no include guard {guard}"
    elif not text.rstrip().endswith(f"#endif  // {guard}") and not text.rstrip().endswith(f"#endif /* {guard} */"):
        yield text.count("\n"), f"the last line should be '#endif  // {guard}'"
    if "#pragma once" in text:
        yield 1, "'#pragma once' beside the guard: one of them is enough"


def check_lines(name, text):
    suffix = pathlib.PurePosixPath(name).suffix
    for number, line in enumerate(text.splitlines(), 1):
        if line != line.rstrip() and not (suffix == ".md" and line.endswith("  ")):
            yield number, "blanks at the end of the line"
        if "\t" in line:
            yield number, "a tab: use spaces"
        if TREACHEROUS.search(line.replace("\t", "")):
            yield number, "a character that cannot be seen, or that turns the text around: write it as an escape"
        if MACHINE.search(line):
            yield number, "a path of one machine"
        if suffix in CODE | {".py"} and len(line) > COLUMNS and "http" not in line:
            yield number, f"{len(line)} columns; {COLUMNS} are the limit"


def check_name(name):
    stem = pathlib.PurePosixPath(name).name.split(".")[0]
    if pathlib.PurePosixPath(name).suffix in CODE and not re.fullmatch(r"[a-z0-9_]+", stem):
        yield 1, "file names are lower case with underscores"


def check_file(name):
    if name.startswith(SAMPLES) or pathlib.PurePosixPath(name).suffix not in TEXT:
        return
    data = (ROOT / name).read_bytes()
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        yield data.count(b"\n", 0, error.start) + 1, "not UTF-8"
        return
    if text and not text.endswith("\n"):
        yield text.count("\n") + 1, "no newline at the end of the file"
    if name != "LICENSE":
        yield from check_lines(name, text)
    yield from check_name(name)
    if name.endswith(".h"):
        yield from check_guard(name, text)


def main():
    findings = 0
    for name in repository_files():
        for number, finding in check_file(name):
            print(f"{name}:{number}: {finding}")
            findings += 1
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
