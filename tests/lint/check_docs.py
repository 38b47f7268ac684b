"""Checks the documentation against the tree: relative links lead somewhere, anchors exist, section numbers of
docs/semantics.md that the code refers to are there, and the subcommands of ./dev that a page names exist.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
# "docs/semantics.md 3.10", "docs/semantics.md, section 1", "semantics.md, 2.4"
SECTION = re.compile(r"semantics\.md,? (?:section )?(\d+(?:\.\d+)?)")
DEV = re.compile(r"\./dev ([a-z]+)")


def files(*patterns):
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--", *patterns],
        cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    return [name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def anchors(text):
    """The anchors of a page's headings, as the usual renderers make them."""
    found = set()
    for heading in re.findall(r"^#+ +(.+?) *#*$", FENCE.sub("", text), re.MULTILINE):
        heading = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", heading)
        found.add(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-"))
    return found


def check_links(name):
    text = read(name)
    prose = FENCE.sub(lambda fence: "\n" * fence.group().count("\n"), text)
    for link in LINK.finditer(prose):
        target = link.group(1)
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        goal = (ROOT / name).parent / path if path else ROOT / name
        if not goal.exists():
            yield line_of(prose, link.start()), f"there is no '{path}'"
        elif anchor and goal.suffix == ".md" and anchor not in anchors(goal.read_text(encoding="utf-8")):
            yield line_of(prose, link.start()), f"'{path or name}' has no heading '#{anchor}'"


def semantics_sections():
    """{"1", "1.1", …}: the numbered lines under the numbered headings of docs/semantics.md."""
    found, section = set(), None
    for line in read("docs/semantics.md").splitlines():
        if heading := re.match(r"## (\d+)\. ", line):
            section = heading.group(1)
            found.add(section)
        elif (item := re.match(r"(\d+)\. ", line)) and section:
            found.add(f"{section}.{item.group(1)}")
    return found


def check_sections(name, sections):
    text = read(name)
    for reference in SECTION.finditer(text):
        if reference.group(1) not in sections:
            yield line_of(text, reference.start()), f"docs/semantics.md has no {reference.group(1)}"


def check_commands(name, commands):
    text = read(name)
    for use in DEV.finditer(text):
        if use.group(1) not in commands:
            yield line_of(text, use.start()), f"./dev has no '{use.group(1)}'"


def main():
    usage = subprocess.run(["./dev", "help"], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout.decode()
    commands = set(re.findall(r"^  ([a-z]+)", usage, re.MULTILINE))
    sections = semantics_sections()
    findings = []
    for name in files("*.md"):
        findings += [(name, *found) for found in check_links(name)]
        findings += [(name, *found) for found in check_commands(name, commands)]
    for name in files("*.md", "*.h", "*.cc", "*.c", "*.py", "*.cmake"):
        if name != "docs/semantics.md" and not name.startswith("tests/lint/"):
            findings += [(name, *found) for found in check_sections(name, sections)]
    for name, number, finding in sorted(findings):
        print(f"{name}:{number}: {finding}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
