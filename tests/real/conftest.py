"""The real events beside the project (../shared/data). Where they are not, these tests are skipped, and say so."""
import csv
import functools
import gzip
import io
import json
import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DATA = ROOT.parent / "shared" / "data"


def data(name):
    """The path of one of the real files."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the real events are not here: ../shared/data/{name}")
    return path


@functools.lru_cache(maxsize=None)
def events_of(name):
    """The events of one of the real files, as they stand there."""
    with gzip.open(data(name), "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="session")
def tocsin():
    return os.environ["TOCSIN_COMMAND"]


@pytest.fixture(scope="session")
def retail():
    return data("online_retail_events.jsonl.gz")


@pytest.fixture(scope="session")
def retail_events(retail):
    return events_of(retail.name)


@pytest.fixture(scope="session")
def replay(tocsin):
    """Runs `tocsin replay` and gives what it wrote to standard output, as bytes."""

    def run(rules, events, *options, source=None):
        command = [tocsin, "replay", "--quiet", "--rules", str(rules)]
        command += ["--source", source] if source else []
        command += [str(events), *map(str, options)]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout

    return run


@pytest.fixture(scope="session")
def trace(replay):
    """The rows of a trace, each as (time, group, value): texts, the group a tuple."""

    def run(rules, events, metric, *options):
        rows = csv.reader(io.StringIO(replay(rules, events, "--trace", metric, *options).decode()))
        header = next(rows)
        assert header[:2] == ["time", "metric"] and header[-1] == "value"
        return [(row[0], tuple(row[2:-1]), row[-1]) for row in rows]

    return run


@pytest.fixture(scope="session")
def at_the_end(trace):
    """The value of a metric for every group, long after the last event: at the one multiple of 20,000 days."""

    def run(rules, events, metric):
        end = "2024-10-04T00:00:00Z"
        rows = trace(rules, events, metric, "--trace-at", "20000d", "--until", end)
        assert {at for at, _, _ in rows} <= {end}
        return {group: value for _, group, value in rows}

    return run


@pytest.fixture(scope="session")
def changes(replay):
    """The alert changes of a replay, as the objects of their JSON."""

    def run(rules, events, *options):
        return [json.loads(line) for line in replay(rules, events, *options).splitlines()]

    return run
