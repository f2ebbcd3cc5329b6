"""The legal priority: who goes first for the seats although others have more points.

Why: a law may give a seat to a person of a protected group who is among the best; it must do no more than that. So
nobody is moved who has a seat anyway, and never more people than there are seats.
Never here: whether a rule is in force (services), the order by merit (ranking.py), sentences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workflow.engine.process import Priority
from workflow.engine.tie_chain import PRIORITY, SHARED, TOTAL, Cluster, Entry


def with_priority(
    rules: Sequence[Priority], clusters: Sequence[Cluster], seats: int
) -> tuple[list[Cluster], Mapping[str, int]]:
    """The clusters, best first, after the rules; and the place that each of those had whose place changed.

    Those who have the priority keep their order among themselves. When all of them have a seat by merit, nothing
    changes. Source: art. 13a(2) of the Polish act on local government employees.
    """
    entitled: list[Entry] = []
    places: dict[str, int] = {}
    before = 0
    for cluster in clusters:
        for entry in cluster.entries:
            places[entry.id] = before + 1
            if any(before < rule.among and rule.requirement in entry.proved for rule in rules):
                entitled.append(entry)
        before += len(cluster.entries)
    first = entitled[:seats]
    if all(places[entry.id] <= seats for entry in first):
        return list(clusters), {}
    moved = {entry.id for entry in first}
    merit = {e.id: cluster for cluster in clusters for e in cluster.entries if e.id in moved}
    reordered = []
    for place, entry in enumerate(first, 1):
        was = merit[entry.id]
        unmoved = places[entry.id] == place and len(was.entries) == 1
        reordered.append(Cluster([entry], was.by if unmoved else PRIORITY, was.parted if unmoved else PRIORITY))
    for cluster in clusters:
        left = [entry for entry in cluster.entries if entry.id not in moved]
        if left:
            alone = len(left) == 1 and cluster.by == SHARED
            reordered.append(Cluster(left, TOTAL if alone else cluster.by, cluster.parted))
    changed: dict[str, int] = {}
    before = 0
    for cluster in reordered:
        changed.update((e.id, places[e.id]) for e in cluster.entries if places[e.id] != before + 1)
        before += len(cluster.entries)
    return reordered, changed
