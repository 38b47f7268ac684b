"""README.md and docs/tutorial.md, done as they say: their files written, their commands run, their output compared.

A block that begins with ```yaml title=NAME (or json, ...) is a file of that name; one that begins with ```console holds
commands after "$ " and under each what it prints, standard output before standard error. "..." as a line stands for any
lines; times and speeds, which are never the same twice, are not compared, nor are bytes, which depend on the machine.
"""

import os
import re
import shutil
import subprocess
import sys

import pytest

import mail_server

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COMMAND = os.environ.get("TOCSIN_COMMAND")
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPEED = re.compile(r" in [\d.]+ s, [\d,]+ a second| +[\d,]+ [kM]B$", re.MULTILINE)


def blocks(page):
    with open(os.path.join(ROOT, page), encoding="utf-8") as file:
        return BLOCK.findall(file.read())


def commands(text):
    """(command, what it prints) of a console block; a command may go on after a backslash."""
    found = []
    for line in text.splitlines():
        if found and found[-1][0].endswith("\\") and not found[-1][1]:
            found[-1] = (found[-1][0] + "\n" + line, [])
        elif line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def run(command, directory, programs):
    path = os.pathsep.join([str(programs), os.path.dirname(sys.executable), os.environ["PATH"]])
    done = subprocess.run(["bash", "-c", command], cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", env={**os.environ, "PATH": path}, timeout=60, check=False)
    return SPEED.sub("", done.stdout + done.stderr)


def matches(expected, actual):
    pattern = "".join("(?:.*\n)*" if line.strip() == "..." else re.escape(SPEED.sub("", line)) + "\n"
                      for line in expected)
    return re.fullmatch(pattern, actual) is not None


@pytest.mark.parametrize("expected, actual, good", [
    (["a", "b"], "a\nb\n", True), (["a", "b"], "a\nc\n", False), (["a", "...", "d"], "a\nb\nc\nd\n", True),
    (["a", "..."], "b\n", False), (["a"], "a\nb\n", False),
    (["9 records in 0.01 s, 900 a second"], "9 records\n", True),
])
def test_matching(expected, actual, good):
    assert matches(expected, actual) == good


@pytest.mark.skipif(not COMMAND, reason="TOCSIN_COMMAND does not name the tocsin command")
@pytest.mark.parametrize("page, folder", [("README.md", "."), ("docs/tutorial.md", "first")])
def test_page_is_true(page, folder, tmp_path):
    directory, programs, port = tmp_path / folder, tmp_path / "build", str(mail_server.free_port())
    directory.mkdir(exist_ok=True)
    programs.mkdir()
    shutil.copy(COMMAND, programs / "tocsin")
    (tmp_path / "examples").symlink_to(os.path.join(ROOT, "examples"))
    ran = 0
    for language, rest, text in blocks(page):
        title = re.search(r"title=(\S+)", rest)
        text = text.replace("2525", port)
        if title:
            (directory / title.group(1)).write_text(text, encoding="utf-8")
        elif language == "console":
            for command, expected in commands(text):
                actual = run(command, directory, programs)
                wanted = "\n".join(expected)
                assert matches(expected, actual), f"$ {command}\nexpected:\n{wanted}\n\ngot:\n{actual}"
                ran += 1
    assert ran > 2
