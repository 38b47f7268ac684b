"""Every file of real events, exact to the statistics that its README publishes."""
import re
import subprocess

import pytest

from conftest import HERE, data

OLIST, INCIDENTS = "olist_events.jsonl.gz", "incident_events.jsonl.gz"
VISITS, RETAIL = "ga_visits.jsonl.gz", "online_retail_events.jsonl.gz"
RULES = {OLIST: HERE / "olist.yaml", INCIDENTS: HERE / "incidents.yaml", VISITS: HERE / "visits.yaml",
         RETAIL: HERE / "retail.yaml"}

# One value over everything.
TOTALS = {
    OLIST: {
        "orders": "13588", "ordered": "2197493.84", "empty_orders": "23", "payments": "14145", "paid": "2203862.57",
        "shipped": "13527", "delivered": "13485", "late": "910", "reviews": "4590", "scored": "18782", "worst": "1",
        "best": "5", "everything": "59335",
    },
    INCIDENTS: {
        "opened": "24918", "updated": "68877", "reassigned": "22338", "resolved": "25236", "reopened": "331",
        "closed": "24930", "seconds_open": "28244215200", "everything": "166630",
    },
    VISITS: {
        "visits": "14561", "timed_visits": "11312", "seconds": "2528986", "pageviews": "65372", "purchases": "80",
        "sales": "14157.31", "everything": "14641",
    },
    RETAIL: {
        "purchases": "19959", "sales": "10655622.484", "largest_purchase": "168469.6", "refunds": "3836",
        "refunded": "896812.49", "largest_refund": "168469.6", "large_refunds": "3", "stock_adjustments": "2102",
        "stock_adjusted": "0", "adjustments": "3", "adjusted": "-11062.06", "everything": "25900",
    },
}
# One value for each group of these.
BY_GROUP = {
    OLIST: {
        "orders_by_status": {"delivered": 13486, "shipped": 39, "canceled": 23, "unavailable": 17, "processing": 14,
                             "invoiced": 9},
        "payments_by_method": {"credit_card": 10489, "boleto": 2707, "voucher": 748, "debit_card": 201},
        "reviews_by_score": {"1": 512, "2": 151, "3": 390, "4": 887, "5": 2650},
    },
    INCIDENTS: {
        "opened_by_priority": {"1": 185, "2": 311, "3": 23681, "4": 741},
        "closed_by_sla": {"true": 15807, "false": 9123},
    },
    VISITS: {
        "visits_by_channel": {"Organic Search": 8349, "Direct": 2863, "Referral": 2488, "Paid Search": 488,
                              "Affiliates": 247, "Display": 121, "(Other)": 5},
    },
}
# How many groups there are, how many events are in them, and how many groups have more than one.
GROUPS = {
    OLIST: {"orders_by_customer": (13524, 13588, 63), "orders_by_state": (27, 13588, None),
            "orders_by_city": (1920, 13588, None), "reviews_by_order": (4576, 4590, None)},
    INCIDENTS: {"by_caller": (5244, 166630 - 32, None), "by_group": (78, None, None),
                "reopened_by_caller": (246, 331, None)},
    VISITS: {"visits_by_visitor": (14223, 14561, 269), "visits_by_country": (135, None, None)},
    RETAIL: {"by_customer": (4372, 25900 - 3710, None), "purchases_by_customer": (4338, 19959 - 1427, None),
             "refunds_by_customer": (1589, 3836 - 182, None)},
}


def cases(table):
    return [(file, metric, expected) for file in table for metric, expected in table[file].items()]


@pytest.mark.parametrize("file, metric, expected", cases(TOTALS))
def test_totals(file, metric, expected, at_the_end):
    assert at_the_end(RULES[file], data(file), metric) == {(): expected}


@pytest.mark.parametrize("file, metric, expected", cases(BY_GROUP))
def test_totals_by_group(file, metric, expected, at_the_end):
    groups = {(group,): str(count) for group, count in expected.items()}
    assert at_the_end(RULES[file], data(file), metric) == groups


@pytest.mark.parametrize("file, metric, expected", cases(GROUPS))
def test_how_many_groups_there_are(file, metric, expected, at_the_end):
    groups, events, repeated = expected
    # A group that only other metrics have seen stands at 0.
    counts = [int(value) for value in at_the_end(RULES[file], data(file), metric).values() if value != "0"]
    assert len(counts) == groups
    assert events is None or sum(counts) == events
    assert repeated is None or sum(count > 1 for count in counts) == repeated


def test_the_states_with_the_most_orders(at_the_end):
    orders = at_the_end(RULES[OLIST], data(OLIST), "orders_by_state")
    named = {"SP": "5751", "RJ": "1742", "MG": "1605", "RS": "722", "PR": "662", "SC": "481"}
    assert {state: orders[state,] for state in named} == named


def test_shares_are_quotients_of_counts(at_the_end):
    assert float(at_the_end(RULES[OLIST], data(OLIST), "late_share")[()]) == 910 / 13485
    assert float(at_the_end(RULES[INCIDENTS], data(INCIDENTS), "sla_share")[()]) == 15807 / 24930


@pytest.mark.parametrize("file, lines, first, last", [
    (OLIST, 59335, "2016-10-04T10:41:17Z", "2018-10-14T22:35:56Z"),
    (INCIDENTS, 166630, "2016-02-29T01:16:00Z", "2017-02-18T15:00:00Z"),
    (VISITS, 14641, "2016-08-01T07:41:17Z", "2017-08-02T06:59:46Z"),
    (RETAIL, 25900, "2010-12-01T08:26:00Z", "2011-12-09T12:50:00Z"),
])
def test_every_line_is_accepted_and_every_event_is_seen_at_its_time(file, lines, first, last, tocsin, trace):
    command = [tocsin, "replay", "--rules", RULES[file], data(file), "--alerts", "/dev/null"]
    summary = subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True).stderr
    counted = re.findall(r"^  (\w+) +([\d,]+)$", summary, re.MULTILINE)
    assert counted == [("accepted", f"{lines:,}")]
    rows = trace(RULES[file], data(file), "everything")
    assert [value for _, _, value in rows] == [str(n) for n in range(1, lines + 1)]
    assert (rows[0][0], rows[-1][0]) == (first, last)
