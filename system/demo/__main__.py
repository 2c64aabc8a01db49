"""``python -m system.demo``: a village on standard input, what the demo must know on standard output."""

import json
import os
import sys


def main() -> int:
    """Make the database and its rows; the exit code."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "system.config.settings.demo"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    _say({"database": "ready"})
    line = sys.stdin.readline()
    if not line:
        return 0
    from system.demo.seed import empty_token, seed_village
    from system.demo.village import Village

    village = Village.from_json(line)
    seed_village(village)
    _say({"homes": len(village.meters), "empty_token": empty_token(village)})
    return 0


def _say(message: object) -> None:
    print(json.dumps(message, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
