"""A cloud cut into small patches that follow its creases, and the tree that joins them into larger ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.cluster.hierarchy import linkage
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree
from scipy.spatial.distance import squareform

from dfc_core.label.cloud import Cloud

NORMAL_SPREAD = 5.0  # what a turn of the normal by 60 degrees is worth in spacings when patches are spread


@dataclass(frozen=True)
class Segments:
    """S patches of a cloud's N points.

    `of` N: each point's patch; `areas` S: points in each; `groups` G x S bool: the patches and what they join into;
    `borders` S x S: how strongly two patches hang together (long borders, none at creases); `extents` V x S x 4: what
    each shows in each view as (left, top, -right, -bottom) in pixels, inf where it is not seen, so that the extent of
    several together is their minimum.
    """

    of: NDArray
    areas: NDArray
    groups: NDArray
    borders: NDArray
    extents: NDArray


def cut_cloud(cloud: Cloud, count: int, rng: Generator) -> Segments:
    """About `count` patches around evenly spread seeds; `rng` chooses where the spreading begins."""
    seeds = _spread_seeds(cloud, min(count, len(cloud.points)), rng)
    of = _nearest_seed(cloud, seeds)
    links = cloud.links.tocoo()
    shape = (len(seeds), len(seeds))
    ends = of[links.row], of[links.col]
    borders = csr_matrix((1 / links.data, ends), shape=shape).toarray() / 2
    np.fill_diagonal(borders, 0)
    areas = np.bincount(of, minlength=len(seeds)).astype(float)
    return Segments(of, areas, _groups(_distances(cloud, of, areas)), borders, _extents(cloud, of, len(seeds)))


def _spread_seeds(cloud: Cloud, count: int, rng: Generator) -> NDArray:
    """Indices of points far from each other in place and normal."""
    places = np.column_stack([cloud.points / cloud.spacing, cloud.normals * NORMAL_SPREAD])
    seeds = [int(rng.integers(len(places)))]
    distance = np.full(len(places), np.inf)
    for _ in range(count - 1):
        distance = np.minimum(distance, np.sum((places - places[seeds[-1]]) ** 2, axis=1))
        seeds.append(int(distance.argmax()))
    return np.array(seeds)


def _nearest_seed(cloud: Cloud, seeds: NDArray) -> NDArray:
    """For each point the number of the seed nearest along the surface (through the air where nothing joins them)."""
    source = dijkstra(cloud.links, directed=False, indices=seeds, min_only=True, return_predecessors=True)[2]
    number = np.full(len(cloud.points), -1)
    number[seeds] = np.arange(len(seeds))
    of = np.where(source >= 0, number[np.maximum(source, 0)], -1)  # no way there: -9999
    lost = of < 0
    if lost.any():
        of[lost] = of[~lost][cKDTree(cloud.points[~lost]).query(cloud.points[lost])[1]]
    return of


def _distances(cloud: Cloud, of: NDArray, areas: NDArray) -> NDArray:
    """Ways between patches over the surface (S x S), longer over creases."""
    count = len(areas)
    links = cloud.links.tocoo()
    ends = of[links.row], of[links.col]
    number = csr_matrix((np.ones(len(links.data)), ends), shape=(count, count)).toarray()
    length = csr_matrix((links.data, ends), shape=(count, count)).toarray() / np.maximum(number, 1)
    centres = np.stack([np.bincount(of, axis, count) / areas for axis in cloud.points.T], axis=1) / cloud.spacing
    one, other = np.nonzero(number * (1 - np.eye(count)))
    steps = np.linalg.norm(centres[one] - centres[other], axis=1) * length[one, other]
    ways = dijkstra(csr_matrix((steps, (one, other)), shape=(count, count)), directed=False)
    return np.where(np.isfinite(ways), ways, 2 * ways[np.isfinite(ways)].max() + 1)


def _groups(distances: NDArray) -> NDArray:
    count = len(distances)
    groups = np.zeros((max(2 * count - 2, 1), count), bool)
    groups[:count] = np.eye(count, dtype=bool)
    if count > 2:
        joined = linkage(squareform((distances + distances.T) / 2, checks=False), "average")
        for number, (one, other) in enumerate(joined[:-1, :2].astype(int)):
            groups[count + number] = groups[one] | groups[other]
    return groups


def _extents(cloud: Cloud, of: NDArray, count: int) -> NDArray:
    view, y, x = cloud.pixels.T
    extents = np.full((len(cloud.visible), count, 4), np.inf)
    for side, values in enumerate((x - 0.5, y - 0.5, -x - 0.5, -y - 0.5)):
        np.minimum.at(extents[..., side], (view, of[cloud.shown]), values)
    return extents
