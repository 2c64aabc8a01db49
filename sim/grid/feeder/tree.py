"""A radial network as a tree in depth-first order: both sweeps become cumulative sums."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.grid.errors import TopologyError

Complex = NDArray[np.complex128]


class Tree:
    """Nodes 0 to n-1 with a parent each; node 0 is the root.

    In depth-first order a subtree is a run of neighbours. The sum over every subtree is then a difference of
    one cumulative sum, and the sum along every path from the root is a cumulative sum over a tour that enters
    (+) and leaves (-) each node: no loop over nodes, no matrix.

    Args:
        parents: of each node; the entry of node 0 is not looked at.

    Raises:
        TopologyError: a node does not lead to node 0.
    """

    __slots__ = ("_enter", "_leave", "_order", "_stop", "count", "parents")

    def __init__(self, parents: Sequence[int]) -> None:
        self.count = len(parents)
        self.parents = np.array(parents, dtype=np.intp)
        children: list[list[int]] = [[] for _ in range(self.count)]
        for node, parent in enumerate(parents):
            if node and not 0 <= parent < self.count:
                raise TopologyError(f"node {node} hangs on node {parent}, which does not exist")
            if node:
                children[parent].append(node)
        order, enter, leave = _tour(children)
        if len(order) != self.count:
            raise TopologyError("the lines make a loop, or an island without the bus")
        self._order = np.array(order, dtype=np.intp)
        position = np.empty(self.count, dtype=np.intp)
        position[self._order] = np.arange(self.count)
        self._enter, self._leave = np.array(enter), np.array(leave)
        # A subtree is as long as half its tour.
        self._stop = position + (self._leave - self._enter + 1) // 2

    def below(self, values: Complex) -> Complex:
        """For every node the sum of `values` over itself and all nodes below it; nodes are the last axis."""
        sums = np.zeros((*values.shape[:-1], self.count + 1), dtype=values.dtype)
        np.cumsum(values[..., self._order], axis=-1, out=sums[..., 1:])
        start = self._stop - (self._leave - self._enter + 1) // 2
        return np.asarray(sums[..., self._stop] - sums[..., start])

    def along(self, values: Complex) -> Complex:
        """For every node the sum of `values` over the path from the root to it, both included."""
        tour = np.zeros((*values.shape[:-1], 2 * self.count), dtype=values.dtype)
        tour[..., self._enter] = values
        tour[..., self._leave] = -values
        return np.asarray(np.cumsum(tour, axis=-1)[..., self._enter])

    def subtree(self, node: int) -> NDArray[np.bool_]:
        """Which nodes lie at or below `node`."""
        inside = (self._enter >= self._enter[node]) & (self._leave <= self._leave[node])
        return np.asarray(inside)


def _tour(children: list[list[int]]) -> tuple[list[int], list[int], list[int]]:
    """Depth-first order, and when each node is entered and left."""
    order: list[int] = []
    enter, leave = [0] * len(children), [0] * len(children)
    instant = 0
    stack = [(0, False)]
    while stack:
        node, done = stack.pop()
        if done:
            leave[node] = instant
        else:
            order.append(node)
            enter[node] = instant
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(children[node]))
        instant += 1
    return order, enter, leave
