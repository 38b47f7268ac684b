"""docs/c.md says what is so: its program compiles without a warning, runs, and prints what stands below it."""

import os
import pathlib
import re
import subprocess

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/c.md"


def block(language):
    return re.search(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.M | re.S).group(1)


def test_the_page(tmp_path):
    source, program = tmp_path / "tour.c", tmp_path / "tour"
    source.write_text(block("c"))
    library = pathlib.Path(os.environ["TOCSIN_LIBRARY"])
    subprocess.run(
        [os.environ.get("CC", "cc"), "-std=c99", "-pedantic-errors", "-Wall", "-Wextra", "-Werror", str(source),
         f"-I{PAGE.parents[1] / 'capi'}", str(library), f"-Wl,-rpath,{library.parent}", *os.environ["CFLAGS"].split(),
         "-o", str(program)], check=True)
    assert subprocess.run([str(program)], check=True, stdout=subprocess.PIPE).stdout.decode() == block("text")
