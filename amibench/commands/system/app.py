"""Commands of the production system: portal, users, books, jobs; Django, set up once."""

import json
import logging
import os
import signal
import sys
import threading
import uuid
from typing import Annotated, Any

import typer

from amibench.errors import CommandError

SETTINGS_VARIABLE = "DJANGO_SETTINGS_MODULE"
PASSWORD_VARIABLE = "AMIBENCH_PASSWORD"  # noqa: S105 - its name, not its value


def configured() -> None:
    """Set Django up.

    Raises:
        CommandError: the environment makes no sense.
    """
    os.environ.setdefault(SETTINGS_VARIABLE, "system.config.settings.production")
    import django

    from system.config.environment import SettingsError

    try:
        django.setup()
    except SettingsError as error:
        raise CommandError(str(error)) from error
    except ImportError as error:
        raise CommandError(f"{SETTINGS_VARIABLE} names no settings: {error}") from error


def password_of() -> str:
    """The password of a new user: from the environment, else asked for twice."""
    given = os.environ.get(PASSWORD_VARIABLE)
    if given is not None:
        return given
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


app = typer.Typer(add_completion=False, no_args_is_help=True, help="The system that a utility runs.")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.callback()
def _system() -> None:
    """The system that a utility runs: portal, vending, head-end."""


@app.command()
def migrate() -> None:
    """Bring the database to the present shape."""
    configured()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=1)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="TCP port.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    threads: Annotated[int, typer.Option(min=1, max=64, help="Requests at a time.")] = 8,
) -> None:
    """Serve the portal until Ctrl-C; sales that a crash left open are resolved first."""
    configured()
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from waitress.server import create_server

    from system.vending.services.vend_transaction import recover_sales
    from system.vending.warming import warm_up

    call_command("collectstatic", interactive=False, verbosity=0)
    application = get_wsgi_application()
    minted, cancelled, unknown = recover_sales()
    warm_up()
    try:
        server = create_server(application, host=host, port=port, threads=threads, ident="amibench")
    except OSError as error:
        raise CommandError(f"port {port} of {host} cannot be had: {error.strerror or error}") from error
    resolved = {"minted": minted, "cancelled": cancelled, "unknown": unknown}
    _say({"url": f"http://{host}:{server.effective_port}/", "resolved": resolved})
    _serve_until_signal(server)


def _serve_until_signal(server: Any) -> None:
    """Serve until SIGINT or SIGTERM, also where the shell that began this process let it ignore them."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    def run() -> None:
        try:
            server.run()
        finally:
            stop.set()

    threading.Thread(target=run, name="portal", daemon=True).start()
    stop.wait()
    server.task_dispatcher.shutdown()  # requests under way may end; the sockets go with the process


@app.command("create-provider")
def create_provider(
    name: Annotated[str, typer.Argument(help="As tickets say it.")],
    nit: Annotated[str, typer.Option(help="Tax number.")],
    support_phone: Annotated[str, typer.Option(help="Printed on tickets.")] = "",
) -> None:
    """Register a utility; users, meters and sales belong to it."""
    configured()
    from django.db import IntegrityError

    from system.registry.models import Provider

    try:
        provider = Provider.objects.create(name=name, nit=nit, support_phone=support_phone)
    except IntegrityError:
        raise CommandError(f"a provider called {name}, or with NIT {nit}, is there already") from None
    _say({"provider": provider.pk, "name": provider.name})


@app.command("create-user")
def create_user(
    username: Annotated[str, typer.Argument(help="Name to log in with.")],
    role: Annotated[str, typer.Option(help="administrator, supervisor, operator, cashier or auditor.")],
    provider: Annotated[str, typer.Option(help="Name or number of the provider.")],
    name: Annotated[str, typer.Option(help="First and last name.")] = "",
) -> None:
    """Make a user. The password comes from AMIBENCH_PASSWORD or a prompt, never from an argument."""
    configured()
    from system.accounts.services import UnableToCreateUser, create_staff

    try:
        user = create_staff(username, password_of(), role=role, provider=_provider(provider), name=name)
    except UnableToCreateUser as error:
        raise CommandError(error.english) from error
    _say({"user": user.username, "role": user.role})


@app.command("recover-sales")
def recover() -> None:
    """Give every sale without an outcome one, from what the security module says."""
    configured()
    from system.vending.services.vend_transaction import recover_sales

    minted, cancelled, unknown = recover_sales()
    _say({"minted": minted, "cancelled": cancelled, "unknown": unknown})
    if unknown:
        raise typer.Exit(2)


@app.command("check-books")
def check_books() -> None:
    """Add up the ledger and the audit trail again; exit 1 where something does not add up."""
    configured()
    from system.accounts import audit
    from system.vending import ledger

    faults = ledger.ledger_faults()
    broken = audit.first_broken_id()
    _say({"faults": faults, "audit_broken_at": broken})
    if faults or broken is not None:
        raise typer.Exit(1)


@app.command("explain-sale")
def explain_sale(
    sale: Annotated[str, typer.Argument(help="Id or ticket number.")],
    lang: Annotated[str, typer.Option(help="es or en.")] = "es",
    as_json: Json = False,
) -> None:
    """Say how a sale came to its kWh, from the inputs that it kept."""
    configured()
    from system.vending.pricing import price_sale
    from system.vending.pricing.explain import explain
    from system.vending.pricing.serialization import from_json

    if lang not in ("es", "en"):
        raise CommandError("--lang is es or en")
    found = _sale(sale)
    if not found.inputs:
        raise CommandError(f"{sale} was not priced: it is a token without money")
    said = explain(price_sale(from_json(found.inputs)), "es" if lang == "es" else "en")
    if as_json:
        _say(
            {"sale": str(found.pk), "number": found.number, "inputs": json.loads(found.inputs), "said": said}
        )
    else:
        typer.echo("\n".join(said))


def _sale(text: str) -> Any:
    from system.vending.models import Sale

    try:
        wanted: Any = {"pk": uuid.UUID(text)}
    except ValueError:
        wanted = {"number": text}
    found = list(Sale.objects.filter(**wanted)[:2])
    if len(found) != 1:
        raise CommandError(f"{'no sale' if not found else 'more than one sale'} is called {text}")
    return found[0]


def _provider(text: str) -> Any:
    from system.registry.models import Provider

    wanted: Any = {"pk": int(text)} if text.isascii() and text.isdigit() else {"name": text}
    found = Provider.objects.filter(**wanted).first()
    if found is None:
        raise CommandError(f"there is no provider {text!r}: make one with `amibench system create-provider`")
    return found


def _say(message: Any) -> None:
    typer.echo(json.dumps(message, ensure_ascii=False, default=str))


@app.command()
def work(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, say so as JSON, end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --once: nothing but JSON.")] = False,
) -> None:
    """Do the jobs until Ctrl-C or SIGTERM; several workers share them. With --once exit 1: one failed."""
    configured()
    from system.background_jobs.worker import work as go_on
    from system.background_jobs.worker import work_once, worker_name

    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING if as_json else logging.INFO,
        format="%(asctime)s %(name)s %(levelname)s %(message)s",
    )
    name = worker_name()
    if once:
        said = work_once(name)
        typer.echo(json.dumps({"worker": name, "chores": said}, ensure_ascii=False))
        if any(line.startswith("failed") for line in said.values()):
            raise typer.Exit(1)
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    typer.echo(json.dumps({"worker": name}))
    sys.stdout.flush()
    go_on(stop, name)
