"""Boxes and arrows -> coordinates: a small layered layout (longest path, barycentres, least squares).

Why: a diagram must come out the same on every machine without a system package, and lifecycles are small (some 20
states), so the textbook method in plain Python is enough. Labels are nodes of their own layer, so that no label can
lie on a box or on another label.
Never here: what the boxes mean, SVG, languages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

GAP = 26.0
"""Free space between neighbours of one layer, px."""

LAYER_GAP = 30.0
"""Free height between two layers, px: the curves bend here."""

_SWEEPS = 24


@dataclass(frozen=True, slots=True)
class Box:
    """A node to place: its size in px."""

    name: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow from each of `sources` to `target` through one label. `back`: it leads to an earlier layer."""

    name: str
    sources: tuple[str, ...]
    target: str
    width: float
    height: float
    back: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A place in px, y downwards."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Centres of boxes and labels, and for every link its lines: each a run of points, the last one at the arrow.

    Between two points of equal x a line is straight (it is inside a layer), else it bends (between two layers).
    """

    width: float
    height: float
    boxes: Mapping[str, Point]
    labels: Mapping[str, Point]
    lines: Mapping[str, tuple[tuple[Point, ...], ...]]
    arrows: Mapping[str, tuple[Point, ...]]


@dataclass(slots=True, eq=False)
class _Node:
    name: str
    layer: int
    width: float
    height: float
    x: float = 0.0
    up: list[_Node] = field(default_factory=list)
    down: list[_Node] = field(default_factory=list)
    thin: bool = False
    depth: int = 0


def ranks(names: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The layer of each box: the longest path to it. `edges` must have no cycle."""
    into: dict[str, list[str]] = {name: [] for name in names}
    for source, target in edges:
        into[target].append(source)
    found: dict[str, int] = {}

    def rank(name: str) -> int:
        if name not in found:
            found[name] = 1 + max((rank(source) for source in into[name]), default=-1)
        return found[name]

    for name in names:
        rank(name)
    return found


def place(boxes: Sequence[Box], links: Sequence[Link], layer: Mapping[str, int]) -> Layout:
    """Coordinates of everything. `layer` counts the boxes' layers from 0; labels get layers between them.

    Links with several sources share one trunk: their lines meet before the label instead of running side by side.
    """
    nodes = {box.name: _Node(box.name, 2 * layer[box.name], box.width, box.height) for box in boxes}
    layers: dict[int, list[_Node]] = {}
    for node in nodes.values():
        layers.setdefault(node.layer, []).append(node)
    routes = {link.name: _route(link, nodes, layers) for link in links}
    grid = [layers.get(i, []) for i in range(max(layers, default=-1) + 1)]
    _uncross(grid)
    _spread(grid)
    left = min((n.x - n.width / 2 for row in grid for n in row), default=0.0)
    for row in grid:
        for node in row:
            node.x -= left
    tops, heights = _heights(grid)
    width = max((n.x + n.width / 2 for row in grid for n in row), default=0.0)
    height = tops[-1] + heights[-1] if grid else 0.0
    centre = [top + h / 2 for top, h in zip(tops, heights, strict=True)]

    def touch(node: _Node, other: _Node, *, below: bool) -> tuple[Point, Point]:
        """Where a line touches the node, and where it crosses the border of the node's layer, straight above or below.

        It bends only between the layers: a low node in a high layer would else have its lines cut across neighbours.
        """
        x, middle, sign = _port(node, other, below=below), centre[node.layer], 1 if below else -1
        border = middle + sign * heights[node.layer] / 2
        return Point(x, border if node.thin else middle + sign * node.height / 2), Point(x, border)

    def run(path: Sequence[_Node], link: Link) -> tuple[Point, ...]:
        points: list[Point] = []
        for above, below in pairwise(path):
            points.extend(touch(above, below, below=True))
            points.extend(reversed(touch(below, above, below=False)))
        distinct = [p for i, p in enumerate(points) if i == 0 or p != points[i - 1]]
        return tuple(reversed(distinct)) if link.back else tuple(distinct)

    lines: dict[str, tuple[tuple[Point, ...], ...]] = {}
    arrows: dict[str, tuple[Point, ...]] = {}
    for link in links:
        tails, head = routes[link.name]
        lines[link.name] = tuple(run(tail, link) for tail in tails)
        arrows[link.name] = run(head, link)
    where = {name: Point(n.x, centre[n.layer]) for name, n in nodes.items()}
    labels = {}
    for link in links:
        head = routes[link.name][1]
        label = head[-1] if link.back else head[0]
        labels[link.name] = Point(label.x, centre[label.layer])
    return Layout(width, height, where, labels, lines, arrows)


# --- routes ---------------------------------------------------------------------------------------------------------


def _route(
    link: Link, nodes: Mapping[str, _Node], layers: dict[int, list[_Node]]
) -> tuple[list[list[_Node]], list[_Node]]:
    """The label's node and the thin nodes that carry the lines past other layers.

    Returns the tails (source to label, each only as far as it is not shared) and the head (label to target), every
    path from top to bottom.
    """
    target = nodes[link.target]
    sources = [nodes[name] for name in link.sources]
    step = -1 if link.back else 1
    nearest = (min if link.back else max)(source.layer for source in sources)
    at = nearest + step

    def node(layer: int, *, thin: bool) -> _Node:
        size = (2.0, 0.0) if thin else (link.width, link.height)
        new = _Node(f"{link.name}@{layer}", layer, *size, thin=thin)
        layers.setdefault(layer, []).append(new)
        return new

    label = node(at, thin=False)
    trunk: dict[int, _Node] = {at: label}
    tails: list[list[_Node]] = []
    # Nearest to the label first, so that each farther source only has to reach the trunk.
    for source in sorted(sources, key=lambda s: -step * s.layer):
        tail = [source]
        for layer in range(source.layer + step, at + step, step):
            known = trunk.get(layer)
            if known is None:
                known = trunk[layer] = node(layer, thin=True)
                tail.append(known)
            else:
                tail.append(known)
                break
        tails.append(_joined(tail, step))
    head = [label, *(node(i, thin=True) for i in range(at + step, target.layer, step)), target]
    return tails, _joined(head, step)


def _joined(path: list[_Node], step: int) -> list[_Node]:
    path = path if step > 0 else path[::-1]
    for above, below in pairwise(path):
        above.down.append(below)
        below.up.append(above)
    return path


# --- order within a layer -------------------------------------------------------------------------------------------


def _uncross(grid: list[list[_Node]]) -> None:
    """Orders each layer so that few lines cross: barycentre sweeps, the best order found is kept."""
    best, fewest = [list(row) for row in grid], _crossings(grid)
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        for i in range(1, len(grid)) if downwards else range(len(grid) - 2, -1, -1):
            other = {id(n): k for k, n in enumerate(grid[i - 1] if downwards else grid[i + 1])}
            here = {id(n): k for k, n in enumerate(grid[i])}
            grid[i].sort(key=_barycentre(other, here, downwards=downwards))
        crossings = _crossings(grid)
        if crossings < fewest:
            best, fewest = [list(row) for row in grid], crossings
    grid[:] = best


def _barycentre(other: Mapping[int, int], here: Mapping[int, int], *, downwards: bool) -> Callable[[_Node], float]:
    def key(node: _Node) -> float:
        around = [other[id(n)] for n in (node.up if downwards else node.down)]
        # A node without neighbours keeps its place, scaled to the other layer.
        return sum(around) / len(around) if around else here[id(node)] * len(other) / max(1, len(here))

    return key


def _crossings(grid: Sequence[Sequence[_Node]]) -> int:
    count = 0
    for row, below in pairwise(grid):
        order = {id(n): k for k, n in enumerate(below)}
        ends = [k for node in row for k in sorted(order[id(n)] for n in node.down)]
        count += sum(1 for i, a in enumerate(ends) for b in ends[i + 1 :] if b < a)
    return count


# --- coordinates ----------------------------------------------------------------------------------------------------


def _spread(grid: list[list[_Node]]) -> None:
    """x of every node: as near to its neighbours as the order and the widths allow, long lines straight first."""
    for row in reversed(grid):
        for node in row:
            node.depth = 1 + max((n.depth for n in node.down), default=-1)
    for row in grid:
        x = 0.0
        for node in row:
            node.x = x + node.width / 2
            x += node.width + _gap(node)
    for sweep in range(2 * _SWEEPS):
        for row in grid if sweep % 2 == 0 else reversed(grid):
            # The first sweeps look one way each, so that a tree unfolds; the later ones balance both sides.
            wanted = [_pull(n, both=sweep >= _SWEEPS, downwards=sweep % 2 == 0) for n in row]
            _settle(row, wanted)


def _gap(node: _Node) -> float:
    return GAP / 2 if node.thin else GAP


def _pull(node: _Node, *, both: bool, downwards: bool) -> tuple[float, float]:
    """Where the node wants to be, and how strongly."""
    around = node.up + node.down if both else (node.up if downwards else node.down)
    pulls = [(n.x, _strength(node, n)) for n in around]
    weight = sum(w for _, w in pulls)
    return (sum(x * w for x, w in pulls) / weight, weight) if weight else (node.x, 0.1)


def _strength(a: _Node, b: _Node) -> float:
    """How much a line wants to be straight: long lines, and the story's main course, which has most still to come."""
    if a.thin or b.thin:
        return 100.0 if a.thin and b.thin else 2.0
    return 1.0 + min(a.depth, b.depth) ** 2


def _settle(row: Sequence[_Node], wanted: Sequence[tuple[float, float]]) -> None:
    """Least squares under the order: pool adjacent violators on the positions minus the room that is needed."""
    blocks: list[tuple[float, float, int]] = []  # mean, weight, how many
    room = [0.0]
    for left, right in pairwise(row):
        room.append(room[-1] + (left.width + right.width) / 2 + min(_gap(left), _gap(right)))
    for (x, weight), shift in zip(wanted, room, strict=True):
        mean, total, count = x - shift, weight, 1
        while blocks and blocks[-1][0] > mean:
            m, w, c = blocks.pop()
            mean, total, count = (m * w + mean * total) / (w + total), w + total, c + count
        blocks.append((mean, total, count))
    i = 0
    for mean, _, count in blocks:
        for node, shift in zip(row[i : i + count], room[i : i + count], strict=True):
            node.x = mean + shift
        i += count


def _heights(grid: Sequence[Sequence[_Node]]) -> tuple[list[float], list[float]]:
    tops: list[float] = []
    heights: list[float] = []
    y = 0.0
    for row in grid:
        tall = max((n.height for n in row), default=0.0)
        tops.append(y)
        heights.append(tall)
        y += tall + LAYER_GAP
    return tops, heights


def _port(node: _Node, other: _Node, *, below: bool) -> float:
    """Where a line touches the node: lines to different neighbours touch a box side by side, in their order."""
    around = sorted({id(n): n for n in (node.down if below else node.up)}.values(), key=lambda n: n.x)
    if node.thin or len(around) < 2:
        return node.x
    step = min(28.0, node.width * 0.7 / (len(around) - 1))
    return node.x + step * (around.index(other) - (len(around) - 1) / 2)
