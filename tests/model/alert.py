"""The life of one rule's alert for one group (docs/semantics.md 5), told what its condition answers and when.

Ranks are places in the list of severities: 0 is the highest. Changes go to `emit(alert, change, reason)`.
"""


class Alert:
    def __init__(self, rule, key, emit):
        self.rule, self.key, self.emit = rule, key, emit
        self.state = "inactive"
        self.rank = 0
        self.active_at = self.fired_at = self.resolved_at = None
        self.clear_since = None  # since when the clear condition holds (5.3)
        self.fall_since = None  # since when only a lower severity holds (5.4)
        self.frozen = False  # 4.2
        self.truth = False  # of the condition, as last acted upon
        self.turns = []  # when it turned
        self.flapping = False  # 5.6
        self.last_match = None  # the clock at the last match, of a rule that looks at events (5.5)

    @property
    def severity(self):
        return self.rule["when"][self.rank][0] if self.rule["when"] else self.rule.get("severity", "")

    # What conditions say

    def freeze(self):
        self.frozen = True

    def leave_scope(self, now, closed):
        """5.8. Scope is a condition too: it stops matching when the instant is closed (1.5)."""
        self.frozen = False
        if closed:
            self.truth = False
            self.end(now, "out_of_scope")

    def answer(self, now, closed, rank, clear):
        """`rank` is of the highest severity that holds, or None; `clear` is the clear condition (5.2)."""
        self.frozen = False
        if rank is not None:
            self._holds(now, closed, rank)
        elif closed:  # false when the instant is closed (1.5)
            self._does_not_hold(now, clear)

    def _holds(self, now, closed, rank):
        self._turn(now, True)
        self.clear_since = None
        if self.state == "inactive":
            self.active_at, self.rank = now, rank
            if self.rule.get("for", 0) == 0:
                self._fire(now)
            else:
                self.state = "pending"
                self.emit(self, "pending", None)
        elif self.state == "pending":
            if rank < self.rank or closed:
                self.rank = rank
            if self.active_at + self.rule["for"] < now:  # it passed while frozen: the first answer decides it (4.2)
                self.rank = rank
                self._fire(now)
        elif rank < self.rank:  # a rise acts at once
            self._move(rank)
        elif rank == self.rank:
            self.fall_since = None
        elif closed:
            begins = self.fall_since is None
            if begins:
                self.fall_since = now
            self.fall_to = rank
            if self._is_decided_at_once(self.fall_since + self.keep, now, begins):
                self._move(rank)

    def _does_not_hold(self, now, clear):
        self._turn(now, False)
        self.fall_since = None  # with none holding the last severity stays
        if self.state == "pending":
            self.end(now)
        elif self.state == "firing":
            if not clear:
                self.clear_since = None
                return
            begins = self.clear_since is None
            if begins:
                self.clear_since = now
            if self._is_decided_at_once(self._ends_at(), now, begins):
                self.end(now)

    @staticmethod
    def _is_decided_at_once(due, now, begins):
        """What is due at this instant waits for the deadlines, unless it is the condition that makes it due (1.4)."""
        return due < now or (due == now and begins)

    def _turn(self, now, truth):
        if truth == self.truth:
            return
        self.truth = truth
        if flapping := self.rule.get("flapping"):
            self.turns.append(now)
            within = [turn for turn in self.turns if turn > now - flapping["within"]]
            self.flapping = self.flapping or len(within) > flapping["changes"]

    # What events say (5.5)

    def match(self, now, event_time):
        self.last_match = now
        if self.state == "firing":
            if self.rule.get("tell_again", True):
                self.emit(self, "again", None)
            return
        self.active_at = event_time
        self._fire(event_time)

    # What time says: when an instant is closed, after the conditions (1.4)

    def deadlines(self):
        """The instants at which something is decided, whether they passed or not."""
        found = []
        if self.state == "pending":
            found.append(self.active_at + self.rule["for"])
        if self.clear_since is not None:
            found.append(self.clear_since + self.keep)
        if self.fall_since is not None:
            found.append(self.fall_since + self.keep)
        if self.flapping:
            found.append(self._calm_at())
        if self.state == "firing" and self.last_match is not None and not self.rule.get("resolve_event"):
            found.append(self.last_match + self.keep)
        return found

    def decide(self, now):
        if self.flapping and self._calm_at() <= now:
            self.flapping = False
        if self.frozen:
            return
        if self.state == "pending" and self.active_at + self.rule["for"] <= now:
            self._fire(now)
        elif self.clear_since is not None:
            self._end_if_due(now)
        elif self.fall_since is not None and self.fall_since + self.keep <= now:
            self._move(self.fall_to)
        elif self.state == "firing" and self.last_match is not None and not self.rule.get("resolve_event"):
            if self.last_match + self.keep <= now:
                self.end(now)

    @property
    def keep(self):
        return self.rule.get("keep_firing_for", 300_000_000_000 if self.rule.get("event") else 0)

    def _calm_at(self):
        return self.turns[-1] + self.rule["flapping"]["within"]

    # Changes

    def _ends_at(self):
        kept = self.clear_since + self.keep
        return max(kept, self._calm_at()) if self.flapping else kept

    def _end_if_due(self, now):
        if now >= self._ends_at():
            self.end(now)

    def _fire(self, at):
        self.state, self.fired_at = "firing", at
        self.emit(self, "firing", None)

    def _move(self, rank):
        self.rank, self.fall_since = rank, None
        self.emit(self, "severity", None)

    def end(self, now, reason=None):
        if self.state == "firing":
            self.resolved_at = now
            self.emit(self, "resolved", reason)
        elif self.state == "pending":
            self.emit(self, "cancelled", reason)
        self.state = "inactive"
        self.active_at = self.fired_at = self.resolved_at = None
        self.clear_since = self.fall_since = self.last_match = None
