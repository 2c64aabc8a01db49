"""Another instance of the house, in a process and with a database of its own: its API of networks over HTTP.

Started as ``python network_instance.py DATABASE``. It says on a line of JSON where it listens and which key
opens it; for every line on its standard input it lets its meter answer that word to the order that waits.
"""

import json
import os
import sys
import threading
from pathlib import Path


def main(database: str) -> None:
    """Serve until standard input ends."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "system.config.settings.test"
    os.environ["DATABASE_URL"] = f"sqlite:///{database}"
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    import django

    django.setup()
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from field_store import Field
    from network_world import caller, make_network
    from vending_world import NOW, drn, make_village
    from waitress.server import create_server

    from system.config import clock
    from system.head_end.store import DatabaseDesk
    from system.head_end.vocabulary import OrderState

    call_command("migrate", verbosity=0)
    clock.use(clock.FixedBusinessClock(NOW))
    field = Field(make_village("Cabecera vecina"), DatabaseDesk())
    field.meter(1)
    neighbour = caller(field.village, make_network(field.village, "Vecino"))
    server = create_server(get_wsgi_application(), host="127.0.0.1", port=0, threads=2)
    threading.Thread(target=server.run, daemon=True).start()
    url = f"http://127.0.0.1:{server.effective_port}/api/v1/network"
    print(json.dumps({"url": url, "key": neighbour.secret, "drn": drn(1)}), flush=True)
    for line in sys.stdin:
        visit = field.lease(NOW)
        work = visit.orders[0]
        field.begin(visit, work.id, NOW)
        result = {"result": line.strip(), "already": False}
        field.report(visit, work.id, OrderState.DONE, result=result, at=NOW)
        field.desk.release(visit.lease, NOW)
        print(json.dumps({"digits": work.parameters["digits"]}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
