"""Counting the queries and the CPU time of one piece of work."""

import gc
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Cost:
    """What a piece of work cost: queries, CPU seconds here and in the database, seconds."""

    queries: int = 0
    cpu: float = 0.0
    database_cpu: float = 0.0
    wall: float = 0.0

    def __add__(self, other):
        return Cost(
            self.queries + other.queries,
            self.cpu + other.cpu,
            self.database_cpu + other.database_cpu,
            self.wall + other.wall,
        )

    def all_cpu(self):
        return self.cpu + self.database_cpu


@dataclass
class Series:
    """The costs of the same work, done again and again."""

    costs: list = field(default_factory=list)

    def queries(self):
        return sum(cost.queries for cost in self.costs)

    def cpu(self):
        return median(cost.cpu for cost in self.costs)

    def database_cpu(self):
        return median(cost.database_cpu for cost in self.costs)


def median(values):
    values = sorted(values)
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


@contextmanager
def measured(cr):
    """Measure the block on the cursor ``cr``; the :class:`Cost` is filled when it ends.

    CPU is the processor time of this process and, apart, of the database's process for this
    connection: waiting, and what other programs do meanwhile, do not count. Garbage is collected
    before and not during the block, because a collection would fall to one side by chance. What
    survives is frozen: looking through the registries each time would take most of the run.
    """
    cost = Cost()
    gc.collect()
    gc.freeze()
    gc.disable()
    backend = Backend(cr)
    queries, cpu, database_cpu = cr.sql_log_count, time.process_time(), backend.cpu()
    wall = time.perf_counter()
    try:
        yield cost
    finally:
        cost.wall = time.perf_counter() - wall
        cost.cpu = time.process_time() - cpu
        cost.database_cpu = backend.cpu() - database_cpu
        cost.queries = cr.sql_log_count - queries
        gc.enable()


class Backend:
    """The database's process behind a cursor; it counts as idle when it runs elsewhere."""

    def __init__(self, cr):
        self.schedstat = Path(f"/proc/{cr.connection.info.backend_pid}/schedstat")

    def cpu(self):
        try:
            return int(self.schedstat.read_text().split()[0]) / 1e9
        except OSError:
            return 0.0
