"""What ``/metrics`` shows of this process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

#: Seconds; most answers should take a few milliseconds.
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """Counters and gauges, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "rozmova_http_seconds",
            "How long answers took.",
            ["method", "route", "status"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.taken = Counter(
            "rozmova_deliveries_taken_total",
            "Deliveries of providers that were committed.",
            ["channel"],
            registry=self.registry,
        )
        self.repeated = Counter(
            "rozmova_deliveries_repeated_total",
            "Deliveries that had been taken before and changed nothing.",
            ["channel"],
            registry=self.registry,
        )
        self.forged = Counter(
            "rozmova_deliveries_forged_total",
            "Deliveries without a valid signature; nothing of them is kept.",
            ["channel"],
            registry=self.registry,
        )
        self.unreadable = Counter(
            "rozmova_deliveries_unreadable_total",
            "Deliveries that went to quarantine.",
            ["channel"],
            registry=self.registry,
        )
        self.suspected = Counter(
            "rozmova_deliveries_suspected_total",
            "Deliveries that were set aside because they are like spam.",
            ["channel"],
            registry=self.registry,
        )
        self.due = Gauge(
            "rozmova_due_rows",
            "What is owed to the outside or to the clock.",
            ["kind"],
            registry=self.registry,
        )
        self.overdue = Gauge(
            "rozmova_overdue_seconds",
            "How late the latest of what is owed is.",
            registry=self.registry,
        )
        self.log = Gauge(
            "rozmova_log_seq",
            "The newest event that this process has read.",
            registry=self.registry,
        )
