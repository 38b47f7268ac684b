"""The real events beside the project (../shared/data). Where they are not, these tests are skipped, and say so."""
import gzip
import json
import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def tocsin():
    return os.environ["TOCSIN_COMMAND"]


@pytest.fixture(scope="session")
def retail():
    path = DATA / "online_retail_events.jsonl.gz"
    if not path.exists():
        pytest.skip("the real events are not here: ../shared/data/online_retail_events.jsonl.gz")
    return path


@pytest.fixture(scope="session")
def retail_events(retail):
    with gzip.open(retail, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="session")
def replay(tocsin):
    """Runs `tocsin replay` and gives what it wrote to standard output, as bytes."""

    def run(rules, events, *options):
        command = [tocsin, "replay", "--quiet", "--rules", str(rules), str(events), *map(str, options)]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout

    return run
