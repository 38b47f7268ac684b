"""The same year, delivered in disorder and with 160 corrupt lines mixed in: each is refused by itself."""
import collections
import gzip
import json

import pytest

from conftest import DATA, HERE


@pytest.fixture(scope="module")
def disordered():
    path = DATA / "online_retail_events_disordered.jsonl.gz"
    if not path.exists():
        pytest.skip("the real events are not here: ../shared/data/online_retail_events_disordered.jsonl.gz")
    return path


def test_corrupt_lines_are_refused_one_by_one_with_their_place(disordered, replay, tmp_path):
    rules = tmp_path / "rules.yaml"
    patient = "version: 1\ningest: {allowed_lateness: 3d}"
    rules.write_text((HERE / "refunds.yaml").read_text().replace("version: 1", patient))
    replay(rules, disordered, "--dead-letters", tmp_path / "letters.jsonl")
    letters = [json.loads(line) for line in open(tmp_path / "letters.jsonl", encoding="utf-8")]
    assert collections.Counter(letter["reason"] for letter in letters) == {
        "malformed": 40, "empty": 20, "encoding": 20, "not_an_object": 20, "missing_type": 20, "missing_time": 20,
        "bad_time": 20,
    }
    with gzip.open(disordered, "rb") as file:
        lines = file.read().split(b"\n")
    for letter in letters:
        line = lines[letter["line"] - 1]
        assert letter["record"] == line.decode("utf-8", "replace")
        assert letter["offset"] == sum(len(before) + 1 for before in lines[: letter["line"] - 1])
        assert letter["detail"]
