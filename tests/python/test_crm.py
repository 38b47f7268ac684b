"""The fit of the customer models: the published parameters of CDNOW, and a model's own parameters found again."""
import csv
import datetime
import gzip
import importlib.util
import math
import pathlib
import random

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "cdnow_sample.csv.gz"


@pytest.fixture(scope="module")
def crm():
    # By its file: it needs nothing of the compiled package.
    spec = importlib.util.spec_from_file_location("tocsin_crm", ROOT / "python" / "tocsin" / "crm.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cdnow(crm):
    if not DATA.exists():
        pytest.skip(f"the real events are not here: ../shared/data/{DATA.name}")
    with gzip.open(DATA, "rt") as file:
        rows = [(row["sample_id"], row["date"], float(row["amount_usd"])) for row in csv.DictReader(file)]
    return crm.histories(rows, end="1997-09-30", unit_days=7)


def test_the_published_parameters_of_purchases(crm, cdnow):
    assert len(cdnow) == 2357
    model = crm.fit_bg_nbd(cdnow)
    assert model.r == pytest.approx(0.243, abs=0.001)
    assert model.alpha == pytest.approx(4.414, abs=0.005)
    assert model.a == pytest.approx(0.793, abs=0.002)
    assert model.b == pytest.approx(2.426, abs=0.005)
    assert model.log_likelihood(cdnow) == pytest.approx(-9582.43, abs=0.005)
    assert model.expected(39, cdnow[0]) == pytest.approx(1.226, abs=0.001)


def test_the_published_parameters_of_spend(crm, cdnow):
    model = crm.fit_gamma_gamma(cdnow)
    assert model.p == pytest.approx(6.25, abs=0.01)
    assert model.q == pytest.approx(3.74, abs=0.01)
    assert model.v == pytest.approx(15.44, abs=0.02)
    assert [round(model.expected_mean(c), 1) for c in cdnow[:3]] == pytest.approx([24.65, 18.91, 35.17], abs=0.1)


def test_parameters_are_found_again(crm):
    dice = random.Random(5)
    truth = crm.BgNbd(1.2, 6.0, 1.0, 2.5)
    customers = []
    for _ in range(4000):
        rate, leaves = dice.gammavariate(truth.r, 1 / truth.alpha), dice.betavariate(truth.a, truth.b)
        x, last, t = 0, 0.0, 0.0
        while True:
            t += dice.expovariate(rate)
            if t > 40:
                break
            x, last = x + 1, t
            if dice.random() < leaves:
                break
        customers.append(crm.History(x, last, 40.0))
    model = crm.fit_bg_nbd(customers)
    assert model.log_likelihood(customers) >= truth.log_likelihood(customers)
    assert model.r == pytest.approx(truth.r, rel=0.15)
    assert model.a / (model.a + model.b) == pytest.approx(1.0 / 3.5, rel=0.1)


def test_the_probability_falls_to_p_at_its_time(crm):
    model = crm.BgNbd(0.243, 4.414, 0.793, 2.426)
    customer = crm.History(2, 30.43, 38.86)
    at = model.time_of(0.3, customer)
    assert model.p_alive(customer._replace(T=at)) == pytest.approx(0.3)
    assert model.time_of(0.3, crm.History(0, 0, 9)) is None
    assert model.p_alive(crm.History(0, 0, 9)) == 1
    assert model.p_alive(crm.History(40, 1, 1e9)) < 1e-100
    assert model.expected(0, customer) == 0


def test_histories_are_of_days(crm):
    day = datetime.date(1997, 1, 1)
    rows = [("b", day, 5), ("a", "1997-01-01", 10), ("a", day, 2), ("a", "1997-01-08", 3), ("a", "1997-01-08", 1)]
    rows += [("a", "1997-02-01", 99)]
    first, second = crm.histories(rows, end="1997-01-22")
    assert first == crm.History(1, 1.0, 3.0, 4.0, "a")
    assert second == crm.History(0, 0.0, 3.0, 0.0, "b")


def test_what_cannot_be_fitted_is_said(crm):
    with pytest.raises(ValueError, match="nobody bought twice"):
        crm.fit_bg_nbd([crm.History(0, 0.0, 9.0)])
    with pytest.raises(ValueError, match="nothing to fit"):
        crm.fit_gamma_gamma([crm.History(1, 1.0, 9.0, 0.0)])


def test_the_density_of_histories_adds_up(crm):
    """The probabilities of no purchase, and the densities of the first at each time, are one."""
    model = crm.BgNbd(0.8, 3.0, 0.9, 2.0)
    none = math.exp(model.log_likelihood([crm.History(0, 0.0, 5.0)]))
    step = 0.001
    # A density of (x = 1, t_x = T) is that of the first purchase at T: the customer active, or gone just then.
    later = sum(
        math.exp(model.log_likelihood([crm.History(1, t, t)])) for t in (step * (i + 0.5) for i in range(5000))
    )
    assert none + later * step == pytest.approx(1, abs=1e-3)
