"""How fast and how large: the stages of a match timed, the matching kernel and
the whole engine beside their plain forms; and how right a transfer is on scenes of known truth."""

from dfc_core.bench.bench import bench, machine
from dfc_core.bench.engine import EngineBenchConfig, bench_engine, random_dinov2
from dfc_core.bench.matching import compare_matching
from dfc_core.bench.memory import peak_memory, resident_bytes
from dfc_core.bench.pictures import bench_pictures
from dfc_core.bench.rendering import bench_rendering
from dfc_core.bench.store import bench_store
from dfc_core.bench.transfer import bench_transfer, transfer_ways

__all__ = [
    "EngineBenchConfig",
    "bench",
    "bench_engine",
    "bench_pictures",
    "bench_rendering",
    "bench_store",
    "bench_transfer",
    "compare_matching",
    "machine",
    "peak_memory",
    "random_dinov2",
    "resident_bytes",
    "transfer_ways",
]
