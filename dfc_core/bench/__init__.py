"""How fast and how large: the stages of a match timed, the matching kernel and the whole engine beside their plain
forms; and how right a transfer is on scenes of known truth."""

from dfc_core.bench.bench import bench
from dfc_core.bench.engine import EngineBenchConfig, bench_engine, random_dinov2
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
    "random_dinov2",
    "transfer_ways",
]
