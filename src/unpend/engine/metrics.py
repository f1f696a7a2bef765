"""What an operator watches, for Prometheus (docs/operate.md says what to alert on).

Counters are this process's own. What the database knows is read when somebody asks, at most every few seconds, and the
same from every process: alert on one of them, or on the maximum.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, TypeVar

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from unpend.engine.clock import Clock
from unpend.engine.webhooks.posting import Try
from unpend.engine.works import Tally
from unpend.model.errors import StoreError
from unpend.model.webhook import Endpoint, Owed
from unpend.store.gauges import Gauges, read_gauges, read_states
from unpend.store.store import Store

FRESH = 5.0
STATES_FRESH = 60.0
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
T = TypeVar("T")


class Metrics:
    """One registry a process; nothing global, so that tests and embedded engines do not share numbers."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter("unpend_requests", "Requests answered.", ["door", "status"], registry=self.registry)
        self.seconds = Histogram(
            "unpend_request_seconds", "How long they took.", ["door"], buckets=BUCKETS, registry=self.registry
        )
        self.tries = Counter(
            "unpend_webhook_tries", "Webhooks sent, by how it ended.", ["result"], registry=self.registry
        )

    def tried(self, _endpoint: Endpoint, _owed: Owed, tried: Try) -> None:
        """Count a webhook's try: taken, the class of its status, or why there was none."""
        result = tried.trouble if tried.status is None else "taken" if tried.taken else f"{tried.status // 100}xx"
        self.tries.labels(result).inc()

    def of_work(self, tally: Tally) -> None:
        """Add what this process's worker does."""
        self.registry.register(_Work(tally))

    def of_store(self, store: Store, clock: Clock) -> None:
        """Add what the database knows."""
        self.registry.register(_Stored(store, clock))

    def page(self) -> bytes:
        """Everything, in the text format. It reads the database: call it in a thread."""
        return generate_latest(self.registry)


@dataclass(eq=False)
class _Work(Collector):
    tally: Tally

    def collect(self) -> Iterator[Metric]:
        looks = CounterMetricFamily(
            "unpend_looks", "Looks committed, by SES's word for the outcome.", labels=["outcome"]
        )
        for outcome, count in sorted(self.tally.outcomes.copy().items()):
            looks.add_metric([outcome], count)
        yield looks
        for name, about, count in (
            ("unpend_transitions", "State transitions committed.", self.tally.transitions),
            ("unpend_diagnoses", "Deep diagnoses kept.", self.tally.diagnosed),
            ("unpend_late_looks", "Looks thrown away, because somebody was faster.", self.tally.late),
            (
                "unpend_quarantined",
                "Identities put off, because handling them broke something.",
                self.tally.quarantined,
            ),
            ("unpend_braked", "Losses not believed at once, because too many came together.", self.tally.braked),
        ):
            yield CounterMetricFamily(name, about, value=count)


class _Stored(Collector):
    def __init__(self, store: Store, clock: Clock) -> None:
        self._clock = clock
        self._gauges = _Held(FRESH, lambda: read_gauges(store.database, clock.now()))
        self._states = _Held(STATES_FRESH, lambda: read_states(store.database))

    def collect(self) -> Iterator[Metric]:
        """Where the database is away, the numbers are absent rather than old."""
        try:
            gauges, states = self._gauges.get(), self._states.get()
        except StoreError:
            yield GaugeMetricFamily("unpend_database_up", "Whether the database answers.", value=0)
            return
        yield GaugeMetricFamily("unpend_database_up", "Whether the database answers.", value=1)
        yield from self._ages(gauges)
        family = GaugeMetricFamily(
            "unpend_identities", "Identities, by machine and state.", labels=["machine", "state"]
        )
        for (machine, state), count in states.items():
            family.add_metric([machine, state], count)
        yield family

    def _ages(self, gauges: Gauges) -> Iterator[Metric]:
        now = self._clock.now()
        for name, about, since in (
            ("unpend_queue_age_seconds", "How long the oldest due look has been due.", gauges.look_due_since),
            ("unpend_diagnosis_age_seconds", "How long the oldest owed diagnosis has been due.", gauges.deep_due_since),
            ("unpend_webhook_lag_seconds", "How long the oldest webhook has been due.", gauges.webhook_due_since),
        ):
            late = 0.0 if since is None else max(0.0, self._clock.real(now - since))
            yield GaugeMetricFamily(name, about, value=late)
        yield GaugeMetricFamily(
            "unpend_webhooks_waiting", "Webhooks that are still owed.", value=gauges.webhooks_waiting
        )
        yield GaugeMetricFamily("unpend_webhooks_disabled", "Webhooks that were given up.", value=gauges.endpoints_down)


@dataclass
class _Held(Generic[T]):
    seconds: float
    read: Callable[[], T]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _value: T | None = None
    _until: float = 0.0

    def get(self) -> T:
        with self._lock:
            if self._value is None or monotonic() > self._until:
                self._value = self.read()
                self._until = monotonic() + self.seconds
            return self._value
