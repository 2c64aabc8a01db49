"""Mints per second of the module beside the syncs of a disk, on other terms than ``amibench benchmark``.

    python benchmarks/security_module/measure_mints.py [SECONDS] [SYNC_MS …]

For each SYNC_MS, every sync of module and yardstick is stretched by that much, as on an SD card or a plain
hard disk; 0 is the disk as it is. Without arguments: 2 s a round, and 0, 2 and 5 ms.
"""

import sys

from amibench.commands.benchmark.security_module import measure


def main(seconds: float, stretches_ms: list[float]) -> None:
    for row in measure(seconds, stretches_ms):
        ratio = "" if row.ratio is None else f"{row.ratio:8.2f} mints per sync"
        print(f"{row.name:48} {row.per_s:10,.0f}/s {ratio}".rstrip())


if __name__ == "__main__":
    given = list(map(float, sys.argv[1:]))
    main(given[0] if given else 2.0, given[1:] or [0.0, 2.0, 5.0])
