"""From features of two pictures to matches: pure functions on tensors, chunked so that memory stays small."""

from dfc_core.match.discovery import DiscoveryConfig, rank_discovery, rank_discovery_both
from dfc_core.match.labels import LabelTransferConfig, label_transfer, transfer_pixels
from dfc_core.match.mutual import MatchConfig, Matches, mutual_matches
from dfc_core.match.neighbours import Nearest, nearest, nearest_both
from dfc_core.match.regions import DescribedPixels

__all__ = [
    "DescribedPixels",
    "DiscoveryConfig",
    "LabelTransferConfig",
    "MatchConfig",
    "Matches",
    "Nearest",
    "label_transfer",
    "mutual_matches",
    "nearest",
    "nearest_both",
    "rank_discovery",
    "rank_discovery_both",
    "transfer_pixels",
]
