"""Real CSV files, to the last row and penny of the published statistics; and with damaged rows mixed in."""
import collections
import gzip
import json
import subprocess

import pytest

from conftest import HERE, data

CDNOW = HERE / "cdnow.yaml"
LINES = HERE / "retail_lines.yaml"


def rows_of(replay, rules, events, source, metric):
    lines = replay(rules, events, "--trace", metric, source=source).decode().splitlines()
    return [line.split(",") for line in lines[1:]]


def last_values(replay, rules, events, source, metrics):
    return {metric: rows_of(replay, rules, events, source, metric)[-1][-1] for metric in metrics}


@pytest.mark.parametrize(
    "name, published, customers",
    [
        ("cdnow_purchases.csv.gz",
         {"purchases": "69659", "cds": "167881", "sales": "2500315.63", "free": "80"}, 23570),
        ("cdnow_sample.csv.gz", {"purchases": "6919", "cds": "16479", "sales": "244091.94", "free": "8"}, 2357),
    ],
)
def test_the_cd_shop_is_loaded_exactly(name, published, customers, replay, tmp_path):
    events = data(name)
    assert last_values(replay, CDNOW, events, "cdnow", published) == published
    rows = rows_of(replay, CDNOW, events, "cdnow", "purchases_of")
    assert len(rows) == int(published["purchases"])
    assert len({customer for _, _, customer, _ in rows}) == customers
    # Of a customer the last count is the largest, and all are five digits: text stays text.
    last = {customer: int(count) for _, _, customer, count in rows}
    assert sum(last.values()) == int(published["purchases"])
    assert all(len(customer) == 5 and customer.isdigit() for customer in last)
    assert (rows[0][0], rows[-1][0]) == ("1997-01-01T00:00:00Z", "1998-06-30T00:00:00Z")
    replay(CDNOW, events, "--dead-letters", tmp_path / "letters.jsonl", source="cdnow")
    assert (tmp_path / "letters.jsonl").read_text() == ""


def test_the_invoice_lines_are_loaded_exactly(replay):
    events = data("online_retail_lines.csv.gz")
    values = last_values(replay, LINES, events, "lines", ["lines", "units", "sales"])
    assert (values["lines"], values["units"]) == ("541909", "5176450")
    assert round(float(values["sales"]) * 1000) == 9_747_747_934
    # An empty cell is an absent attribute: lines without a customer are of no customer's group.
    assert len(rows_of(replay, LINES, events, "lines", "lines_of_customer")) == 541_909 - 135_080
    assert len({country for _, _, country, _ in rows_of(replay, LINES, events, "lines", "lines_of_country")}) == 38


DAMAGE = [
    (b'x,"y', "malformed"), (b'"', "malformed"), (b"", "empty"), (b"1,2,3", "malformed"),
    (b"a\xff,b,c,d,e", "encoding"),
    (b'00001,0001,1997-13-01,1,5.00', "bad_time"), (b'00001,0001,1997-01-01,one,5.00', "bad_value"),
    (b'00001,0001,1997-01-01,1,-5.00', "out_of_range"), (b'00001,0001,,1,5.00', "missing_time"),
]


@pytest.mark.parametrize("packed", [False, True])
def test_damaged_rows_are_refused_one_by_one_with_their_place(packed, replay, tmp_path):
    with gzip.open(data("cdnow_sample.csv.gz"), "rb") as file:
        rows = file.read().splitlines()
    damaged = rows[:1]
    expected = []
    for number, row in enumerate(rows[1:]):
        if number % 100 == 0:
            record, reason = DAMAGE[number // 100 % len(DAMAGE)]
            damaged.append(record)
            expected.append((len(damaged), reason, record.decode("utf-8", "replace")))
        damaged.append(row)
    content = b"\n".join(damaged) + b"\n"
    events = tmp_path / ("damaged.csv.gz" if packed else "damaged.csv")
    events.write_bytes(gzip.compress(content) if packed else content)
    assert last_values(replay, CDNOW, events, "cdnow", ["purchases", "sales"]) == {
        "purchases": "6919", "sales": "244091.94"}
    replay(CDNOW, events, "--dead-letters", tmp_path / "letters.jsonl", source="cdnow")
    letters = [json.loads(line) for line in open(tmp_path / "letters.jsonl", encoding="utf-8")]
    assert [(letter["line"], letter["reason"], letter["record"]) for letter in letters] == expected
    assert collections.Counter(letter["source"] for letter in letters) == {"cdnow": len(expected)}
    starts = [0]
    for row in damaged:
        starts.append(starts[-1] + len(row) + 1)
    assert [letter["offset"] for letter in letters] == [starts[line - 1] for line, _, _ in expected]


def test_a_source_is_of_the_files_that_follow_it(replay, tocsin, tmp_path):
    csv = tmp_path / "a.csv"
    csv.write_text("customer,date,cds,amount_usd\n1,1997-01-01,1,5\n")
    flat = tmp_path / "b.jsonl"
    flat.write_text('{"type": "purchase", "time": "1997-01-02T00:00:00Z", "customer": "1", "cds": 2, "value": 7}\n')

    def sales(*arguments, stdin=None):
        command = [tocsin, "replay", "--quiet", "--rules", str(CDNOW), "--trace", "sales", *map(str, arguments)]
        run = subprocess.run(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        return run.returncode, run.stdout.decode().splitlines()[-1:], run.stderr.decode()

    assert sales(flat) == (0, ["1997-01-02T00:00:00Z,sales,7"], "")
    assert sales("--source", "cdnow", csv) == (0, ["1997-01-01T00:00:00Z,sales,5"], "")
    assert sales(flat, "--source", "cdnow", csv)[0] == 0
    with open(csv, "rb") as file:
        assert sales("--source", "cdnow", "--format", "csv", "-", stdin=file)[1] == ["1997-01-01T00:00:00Z,sales,5"]
    status, _, said = sales("--source", "cdno", csv)
    assert status == 2 and "did you mean 'cdnow'?" in said
    status, _, said = sales(csv)
    assert status == 3 and "there is no column named 'type'" in said
