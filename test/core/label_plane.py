"""A flat plate of known parts, seen from above by cameras turned in plane: every answer is known by drawing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dfc_core.label.cloud import Cloud, Views, build_cloud

SIZE, FOCAL, DISTANCE = 96, 400.0, 1.0
HALF = np.array([0.08, 0.03])  # m, half sides of the plate


def plate(turns_deg: tuple[float, ...]) -> tuple[Views, NDArray, Cloud]:
    """(views, where each pixel lies on the plate: V x H x W x 2 in m, cloud); a camera for each turn."""
    middle = (SIZE - 1) / 2
    y, x = (np.mgrid[:SIZE, :SIZE] - middle) / FOCAL * DISTANCE
    places, poses = [], []
    for turn in np.radians(turns_deg):
        T_camera_plate = np.eye(4)
        T_camera_plate[:2, :2] = [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]
        T_camera_plate[2, 3] = DISTANCE
        poses.append(T_camera_plate)
        places.append(np.stack([x, y], axis=-1) @ T_camera_plate[:2, :2])
    on_plate = np.stack(places)
    mask = (np.abs(on_plate) < HALF).all(axis=-1)
    K = np.array([[FOCAL, 0, middle], [0, FOCAL, middle], [0, 0, 1]])
    views = Views(mask, np.where(mask, DISTANCE, 0.0), np.stack([K] * len(poses)), np.stack(poses))
    return views, on_plate, build_cloud(views)
