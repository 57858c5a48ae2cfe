"""What is counted about the live screens."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

#: Upper bounds, in seconds, of an event's way to the lines.
LAG_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class LiveMetrics:
    """Counters and gauges, in a registry that somebody else shows."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = registry or CollectorRegistry()
        self.connections = Gauge(
            "rozmova_live_connections",
            "Connections that follow or could.",
            ["namespace"],
            registry=registry,
        )
        self.refused = Counter(
            "rozmova_live_refused",
            "Connections that were not let in.",
            ["namespace"],
            registry=registry,
        )
        self.frames = Counter(
            "rozmova_live_frames", "Frames of events written.", registry=registry
        )
        self.cuts = Counter(
            "rozmova_live_cuts",
            "Connections ended by the hub: slow, behind, lost, revoked, idle.",
            ["reason"],
            registry=registry,
        )
        self.garbage = Counter(
            "rozmova_live_garbage", "Packets that could not be read.", registry=registry
        )
        self.behind = Gauge(
            "rozmova_live_behind",
            "Followers that are not at the head of the log.",
            registry=registry,
        )
        self.cursor = Gauge(
            "rozmova_live_cursor", "The last event handed to lines.", registry=registry
        )
        self.lag = Histogram(
            "rozmova_live_lag_seconds",
            "From an event's time to its being written to the lines.",
            buckets=LAG_BUCKETS,
            registry=registry,
        )

    def count_cut(self, reason: str) -> None:
        """Count a connection that the hub ended."""
        self.cuts.labels(reason).inc()
