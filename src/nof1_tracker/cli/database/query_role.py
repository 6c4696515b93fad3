"""The command that makes the role for queries of language models: db query-role."""

import typer


def register(app: typer.Typer) -> None:
    """Adds the command to those of `db`."""
    app.command(epilog="Example: nof1-tracker db query-role")(query_role)


def query_role() -> None:
    """Make the PostgreSQL role that NOF1_QUERY_URL names: it can only read the record.

    Gives it the password in that URL, and the right to read the tables of the record.
    Run it as the owner of the tables, again after each upgrade, and with a new password
    to change it.
    """
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.database.config import QuerySettings, load_settings
    from nof1_tracker.errors import ConfigurationError

    engine = open_engine()
    url = load_settings(QuerySettings).url
    if engine.dialect.name != "postgresql":
        raise ConfigurationError(
            "SQLite has no roles, and needs none: queries are confined without one.",
            "Set NOF1_DATABASE_URL to PostgreSQL, if that is what you serve.",
        )
    if url is None:
        raise ConfigurationError(
            "NOF1_QUERY_URL does not name a role.",
            "Set it to postgresql://nof1_query:PASSWORD@host:5432/name, with a password"
            " of your choice.",
        )
    from nof1_tracker.database.confined.reading_role import make_role

    role = make_role(engine, url.get_secret_value())
    typer.echo(f"The role {role} can read the record, and nothing else.")
