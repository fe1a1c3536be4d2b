"""A small demonstration to store."""

from dataclasses import replace

import numpy as np

from dfc_core.demonstrations import (
    Contact,
    Demonstration,
    DemonstrationStore,
    Grasp,
)
from dfc_core.frames import Frame

K = np.array([[50.0, 0, 4], [0, 50.0, 3], [0, 0, 1]])


def demonstration(**changes: object) -> Demonstration:
    mask = np.zeros((12, 16), dtype=bool)
    mask[2:9, 3:9] = True
    rgb = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    frame = Frame(rgb, K, np.full((12, 16), 0.5, np.float32), mask, "cam", "mug")
    contacts = (Contact((4.0, 2.5), "function"), Contact((8.0, 8.0), "grasp"))
    grasp = Grasp(np.array([0.1, 0.0, 0.5]), np.array([0.0, 0, 0, 1]), 0.04)
    return replace(Demonstration("", "pour-with", "Red Mug", frame, contacts, grasp), **changes)


def visible(store: DemonstrationStore) -> list[str]:
    return sorted(entry.name for entry in store.path.iterdir() if entry.name != ".cache")
