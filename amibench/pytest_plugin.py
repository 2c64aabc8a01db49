"""Plugin of plain pytest: ``pytest conformance/suites -p amibench.pytest_plugin --target sim://ppkw``.

Small, because it only lends virtual devices to `conformance.plugin`, which knows none.
"""

from amibench.composition import register_schemes

pytest_plugins = ("conformance.plugin",)

register_schemes()
