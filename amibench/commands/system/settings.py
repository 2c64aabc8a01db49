"""Django, set up once; and secrets from the environment or a prompt."""

import os

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
