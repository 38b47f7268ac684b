import collections
import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "examples", "demo")]

import brute_force  # noqa: E402
import generate  # noqa: E402

# `alerts` are those that a brute-force computation finds.
Day = collections.namedtuple("Day", "directory planted accepted refused alerts")


@pytest.fixture(scope="session")
def day_of(tmp_path_factory):
    """day_of(seed): that seed's day, made once."""
    days = {}

    def make(seed):
        if seed not in days:
            directory = tmp_path_factory.mktemp(f"day{seed}-")
            planted = generate.write(str(directory), seed)
            accepted, refused = brute_force.read(str(directory / "events.jsonl"))
            days[seed] = Day(directory, planted, accepted, refused, brute_force.alerts_of(accepted))
        return days[seed]

    return make
