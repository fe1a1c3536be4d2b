"""From features of two pictures to matches: pure functions on tensors, chunked so that memory stays small."""

from dfc_core.match.discovery import DiscoveryConfig, rank_discovery
from dfc_core.match.labels import LabelTransferConfig, transfer_pixels
from dfc_core.match.mutual import MatchConfig, Matches, mutual_matches
from dfc_core.match.neighbours import Nearest, nearest, nearest_both
from dfc_core.match.regions import DescribedPixels
from dfc_core.match.transport import TransportConfig, balanced, nearest_balanced

__all__ = [
    "DescribedPixels",
    "DiscoveryConfig",
    "LabelTransferConfig",
    "MatchConfig",
    "Matches",
    "Nearest",
    "TransportConfig",
    "balanced",
    "mutual_matches",
    "nearest",
    "nearest_balanced",
    "nearest_both",
    "rank_discovery",
    "transfer_pixels",
]
