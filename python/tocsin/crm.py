"""Fits the models that `p_alive` and its kin take their parameters from.

    from tocsin import crm

    customers = crm.histories(purchases, end="1997-09-30", unit_days=7)    # purchases: (customer, day, amount)
    model = crm.fit_bg_nbd(customers)                 # BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    model.p_alive(customers[0])                       # now
    model.expected(39, customers[0])                  # purchases in the next 39 weeks
    spend = crm.fit_gamma_gamma(customers)            # GammaGamma(p=6.25, q=3.74, v=15.44)
    spend.expected_mean(customers[0])

Nothing but the standard library is needed. The parameters are those of the largest likelihood, found by the method of
J. A. Nelder and R. Mead, "A simplex method for function minimization", The Computer Journal 7 (1965), over their
logarithms. Formulas and sources: include/tocsin/crm/bg_nbd.h and gamma_gamma.h; they compute the same.
"""

import dataclasses
import datetime
from collections import Counter
from math import exp, fsum, inf, isfinite, lgamma, log, log1p
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple, Union

Day = Union[str, datetime.date]

__all__ = ["BgNbd", "GammaGamma", "History", "fit_bg_nbd", "fit_gamma_gamma", "histories"]


class History(NamedTuple):
    """What the models need of a customer. The first purchase begins it and is not counted."""

    x: int  # purchases after the first: distinct days less one
    t_x: float  # time from the first to the last of them; 0 where x is 0
    T: float  # time from the first until now
    mean: float = 0.0  # the mean value of the purchases after the first; a day's purchases are one
    customer: str = ""


@dataclasses.dataclass(frozen=True)
class BgNbd:
    """BG/NBD (Fader, Hardie, Lee 2005): who is still a customer, and what will they buy."""

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, customers: Iterable[History]) -> float:
        """The logarithm of the probability density of the customers' histories."""
        return _bg_nbd_likelihood(self, Counter((c.x, c.t_x, c.T) for c in customers))

    def p_alive(self, customer: History) -> float:
        """The probability that the customer is still one."""
        if customer.x == 0:
            return 1.0
        odds = self._log_odds_of_gone(customer)
        return 1 / (1 + exp(odds)) if odds < 0 else exp(-odds) / (1 + exp(-odds))

    def time_of(self, p: float, customer: History) -> Optional[float]:
        """The time since the first purchase at which the probability has fallen to p, or None: it never falls."""
        if customer.x == 0:
            return None
        root = ((1 - p) / p * (self.b + customer.x - 1) / self.a) ** (1 / (self.r + customer.x))
        return (self.alpha + customer.t_x) * root - self.alpha

    def expected(self, t: float, customer: History = History(0, 0.0, 0.0)) -> float:
        """How many purchases are expected within t from now."""
        if t <= 0:
            return 0.0
        size = self.r + customer.x
        success = t / (self.alpha + customer.T + t)
        log_weight, made, stays, total, n = size * log1p(-success), 0.0, 1.0, 0.0, 0
        while n < 100_000_000:
            log_weight += log(success * (size + n) / (n + 1))
            made += stays
            stays *= (self.b + customer.x + n) / (self.a + self.b + customer.x + n)
            term = exp(log_weight) * made
            total += term
            following = success * max(1.0, (size + n + 1) / (n + 2)) * (made + stays) / made
            if following < 1 and term * following <= 1e-16 * (1 - following) * total:
                break
            n += 1
        return self.p_alive(customer) * total

    def _log_odds_of_gone(self, c: History) -> float:
        return log(self.a / (self.b + c.x - 1)) + (self.r + c.x) * log((self.alpha + c.T) / (self.alpha + c.t_x))


@dataclasses.dataclass(frozen=True)
class GammaGamma:
    """Gamma-gamma (Fader, Hardie 2013): what a customer's purchases are worth on average."""

    p: float
    q: float
    v: float

    def expected_mean(self, customer: History) -> Optional[float]:
        """The expected mean value of the customer's purchases; None where it has none (x = 0 and q <= 1)."""
        divisor = self.p * customer.x + self.q - 1
        return self.p * (self.v + customer.x * customer.mean) / divisor if divisor > 0 else None

    def log_likelihood(self, customers: Iterable[History]) -> float:
        """Of the customers who bought again, at a mean above 0."""
        return _gamma_gamma_likelihood(self, _spenders(customers))


def histories(purchases: Iterable[Tuple[str, Day, float]], end: Day, unit_days: float = 7) -> List[History]:
    """The customers of some purchases (customer, day, amount) up to and with the day `end`, in order of their names.

    Purchases of one day are one purchase. A day is a date or a text such as "1997-09-30".
    """
    last_day = _ordinal(end)
    days: Dict[str, Dict[int, float]] = {}
    for customer, day, amount in purchases:
        number = _ordinal(day)
        if number <= last_day:
            spent = days.setdefault(customer, {})
            spent[number] = spent.get(number, 0.0) + float(amount)
    result = []
    for customer in sorted(days):
        spent = days[customer]
        first, x = min(spent), len(spent) - 1
        later = fsum(amount for day, amount in spent.items() if day != first)
        result.append(
            History(
                x,
                (max(spent) - first) / unit_days,
                (last_day - first) / unit_days,
                later / x if x else 0.0,
                customer,
            )
        )
    return result


def fit_bg_nbd(customers: Iterable[History], start: Sequence[float] = (1.0, 1.0, 1.0, 1.0)) -> BgNbd:
    """The parameters under which the customers' histories are most probable. Seconds for thousands of customers."""
    counted = Counter((c.x, c.t_x, c.T) for c in customers)
    if not any(x > 0 for x, _, _ in counted):
        raise ValueError("nobody bought twice: there is nothing to fit")
    longest = max(T for _, _, T in counted) or 1.0
    begin = [start[0], start[1] * longest / 10, start[2], start[3]]
    found = _minimize(lambda p: -_bg_nbd_likelihood(BgNbd(*map(exp, p)), counted), [log(x) for x in begin])
    return BgNbd(*map(exp, found))


def fit_gamma_gamma(customers: Iterable[History], start: Sequence[float] = (1.0, 2.0)) -> GammaGamma:
    """The parameters under which the customers' mean values are most probable."""
    counted = _spenders(customers)
    if len(counted) < 2:
        raise ValueError("fewer than two customers bought again at a value above 0: there is nothing to fit")
    scale = fsum(mean * n for (_, mean), n in counted.items()) / sum(counted.values())
    begin = [start[0], start[1], scale]
    found = _minimize(lambda p: -_gamma_gamma_likelihood(GammaGamma(*map(exp, p)), counted), [log(x) for x in begin])
    return GammaGamma(*map(exp, found))


def _ordinal(day: Day) -> int:
    return (datetime.date.fromisoformat(day) if isinstance(day, str) else day).toordinal()


def _spenders(customers: Iterable[History]) -> "Counter[Tuple[int, float]]":
    return Counter((c.x, c.mean) for c in customers if c.x > 0 and c.mean > 0)


def _bg_nbd_likelihood(m: BgNbd, counted: "Counter[Tuple[int, float, float]]") -> float:
    r, alpha, a, b = m.r, m.alpha, m.a, m.b
    fixed = r * log(alpha) - lgamma(r) + lgamma(a + b) - lgamma(b)
    of_x = {x: fixed + lgamma(r + x) + lgamma(b + x) - lgamma(a + b + x) for x in {key[0] for key in counted}}
    terms = []
    for (x, t_x, T), n in counted.items():
        log_T = log(alpha + T)
        term = of_x[x] - (r + x) * log_T
        if x:
            odds = log(a / (b + x - 1)) + (r + x) * (log_T - log(alpha + t_x))
            term += (odds if odds > 0 else 0.0) + log1p(exp(-abs(odds)))
        terms.append(n * term)
    return fsum(terms)


def _gamma_gamma_likelihood(m: GammaGamma, counted: "Counter[Tuple[int, float]]") -> float:
    p, q, v = m.p, m.q, m.v
    of_x = {
        x: lgamma(p * x + q) - lgamma(p * x) - lgamma(q) + q * log(v) + p * x * log(x)
        for x in {key[0] for key in counted}
    }
    return fsum(
        n * (of_x[x] + (p * x - 1) * log(mean) - (p * x + q) * log(v + x * mean)) for (x, mean), n in counted.items()
    )


def _minimize(function: Callable[[List[float]], float], start: List[float]) -> List[float]:
    """Nelder and Mead, begun again from where it ended until that changes nothing more."""
    best, value = start, inf
    for _ in range(20):
        best, found = _descend(function, best)
        if value - found <= 1e-9 * abs(found):
            break
        value = found
    return best


def _descend(function: Callable[[List[float]], float], start: List[float]) -> Tuple[List[float], float]:
    def at(point: List[float]) -> float:
        try:
            value = function(point)
        except (OverflowError, ValueError, ZeroDivisionError):
            return inf
        return value if isfinite(value) else inf

    def between(p: List[float], q: List[float], weight: float) -> List[float]:
        return [x + weight * (y - x) for x, y in zip(p, q)]

    corners = [(at(start), start)]
    for i in range(len(start)):
        point = start[:i] + [start[i] + 0.5] + start[i + 1 :]
        corners.append((at(point), point))
    for _ in range(200 * len(start)):
        corners.sort(key=lambda corner: corner[0])
        if corners[-1][0] - corners[0][0] <= 1e-11 * abs(corners[0][0]):
            break
        worst = corners[-1]
        middle = [fsum(p[i] for _, p in corners[:-1]) / len(start) for i in range(len(start))]
        point = between(worst[1], middle, 2)
        value = at(point)
        if value < corners[0][0]:
            further = between(worst[1], middle, 3)
            value_further = at(further)
            corners[-1] = (value_further, further) if value_further < value else (value, point)
        elif value < corners[-2][0]:
            corners[-1] = (value, point)
        else:
            inner = between(worst[1], middle, 1.5 if value < worst[0] else 0.5)
            value_inner = at(inner)
            if value_inner < min(value, worst[0]):
                corners[-1] = (value_inner, inner)
            else:
                shrunk = [between(corners[0][1], p, 0.5) for _, p in corners[1:]]
                corners[1:] = [(at(p), p) for p in shrunk]
    corners.sort(key=lambda corner: corner[0])
    return corners[0][1], corners[0][0]
