"""How fast and how large: the stages of a match timed, the matching kernel beside its plain form."""

from dfc_core.bench.bench import bench, machine
from dfc_core.bench.matching import compare_matching
from dfc_core.bench.memory import peak_memory, resident_bytes

__all__ = ["bench", "compare_matching", "machine", "peak_memory", "resident_bytes"]
