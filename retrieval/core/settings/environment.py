"""Base of the settings: environment variables, ``.env`` and secret files, with one-line errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from retrieval.core.errors import SettingsError

#: A path whose ``~`` is expanded.
UserPath = Annotated[Path, AfterValidator(Path.expanduser)]


def from_variable(name: str, default: Any, *, must_be: str = "usable", **constraints: Any) -> Any:
    """Declare a field read from variable ``name``; ``...`` makes it required. Errors say it is not ``must_be``."""
    return Field(default=default, validation_alias=name, description=must_be, **constraints)


class EnvironmentSettings(BaseSettings):
    """Base class of settings."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", validate_by_name=True, hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(cls, *_: Any, **sources: Any) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use the given values only: the programs read the environment, libraries and tests must not."""
        return (sources["init_settings"],)

    @classmethod
    def from_env(cls, environ: Mapping[str, str], **values: Any) -> Self:
        """Validate the variables of ``environ``; a blank one counts as unset. ``values`` are fields set by name.

        Raises:
            SettingsError: A variable cannot be used; the message names it.
        """
        names = {str(field.validation_alias) for field in cls.model_fields.values()}
        given = {name: value for name in names if (value := variable(environ, name)) is not None}
        try:
            return cls.model_validate(given | values)
        except ValidationError as error:
            raise _settings_error(cls, error) from None


def _settings_error(cls: type[EnvironmentSettings], error: ValidationError) -> SettingsError:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0])
    if "error" in first.get("ctx", {}):  # raised by a validator of ours, which writes its own message
        return SettingsError(name, str(first["ctx"]["error"]))
    described = {field.validation_alias: field.description for field in cls.model_fields.values()}
    return SettingsError(name, f"{str(first['input'])[:20]!r} is not {described[name]}")


def variables(environ: Mapping[str, str] = os.environ, file: Path = Path(".env")) -> dict[str, str]:
    """Read the variables of ``file`` and of the environment; the environment takes precedence.

    Raises:
        SettingsError: ``file`` cannot be read.
    """
    try:
        found = {name: value for name, value in dotenv_values(file).items() if value is not None}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(str(file), "it cannot be read; save it as UTF-8 text that this user may read") from error
    return {**found, **environ}


def variables_or_exit(program: str) -> dict[str, str]:
    """Read the variables, or end the program with one line; chromadb, imported later, would fail with a traceback."""
    try:
        return variables()
    except SettingsError as error:
        sys.stderr.write(f"{program}: {error}\n")
        sys.exit(2)


def variable(environ: Mapping[str, str], name: str) -> str | None:
    """The value of a variable without surrounding white space; ``None`` where it is unset or blank."""
    return environ.get(name, "").strip() or None


def secret_from_file(environ: Mapping[str, str], name: str) -> str | None:
    """Read the secret from the file that the variable ``name`` names; ``None`` where that is unset.

    Raises:
        SettingsError: The file cannot be read or is empty.
    """
    file = variable(environ, name)
    if file is None:
        return None
    try:
        secret = Path(file).expanduser().read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(name, f"{file} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SettingsError(name, f"{file} is not text") from None
    if not secret:
        raise SettingsError(name, f"{file} is empty; put the token into it")
    return secret
