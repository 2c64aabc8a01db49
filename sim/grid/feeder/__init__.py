"""The low-voltage feeder.

Map::

    cables.py      the cable table, `data/cables.toml`
    tree.py        Tree: a radial network in depth-first order; sums over subtrees and along paths, vectorised
    topology.py    layout(): poles, lines, service drops, and which point hangs where on which phase
    power_flow.py  PowerFlow: backward/forward sweep, phase by phase with neutral
"""
