"""How fast and how large: the stages of a match timed, the matching kernel beside its plain form."""

from dfc_core.bench.bench import bench, machine
from dfc_core.bench.matching import compare_matching
from dfc_core.bench.memory import peak_memory, resident_bytes
from dfc_core.bench.rendering import bench_rendering

__all__ = ["bench", "bench_rendering", "compare_matching", "machine", "peak_memory", "resident_bytes"]
