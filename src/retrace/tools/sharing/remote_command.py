"""`retrace remote`: set up an S3 store as the DVC remote, and try it."""

from typing import TYPE_CHECKING, Annotated

import typer

from retrace.core.errors import RetraceError

if TYPE_CHECKING:
    from retrace.tools.sharing.store import Store


def remote(
    url: Annotated[
        str | None,
        typer.Argument(help="Such as s3://bucket/folder; without it, only try the remote."),
    ] = None,
    name: Annotated[str, typer.Option(help="What .dvc/config calls it.")] = "store",
    endpoint: Annotated[
        str | None, typer.Option("--endpoint-url", help="The server's address, where it is not AWS.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="Such as eu-central-1.")] = None,
    profile: Annotated[
        str | None, typer.Option(help="The section of ~/.aws that has the keys; else the environment.")
    ] = None,
) -> None:
    """Make an S3 store the place where data and models are shared; keys are never written.

    .dvc/config gets the address and `verify = true`: what is pulled must have the hash that Git names.
    Then a small object is written, read back and deleted.

        retrace remote s3://group-data/digits --region eu-central-1

        retrace remote s3://group-data/digits --endpoint-url https://s3.example.org
    """
    from retrace.tools.repository.remote import SECONDS_TO_ANSWER
    from retrace.tools.repository.stages import open_repository
    from retrace.tools.sharing.store import Store, try_out, write

    if url is not None:
        store = Store(name=name, url=url, endpoint=endpoint, region=region, profile=profile)
        with open_repository() as repo:
            write(repo, store)
        _tell(store)
    elif endpoint or region or profile:
        raise RetraceError("say which store: `retrace remote s3://<bucket>/<folder> ...`")
    with open_repository() as repo:
        found, refusal = try_out(repo, SECONDS_TO_ANSWER)
    can = f"may be read, not written: {refusal}" if refusal else "may be read and written"
    typer.echo(f"the remote '{found.name}' ({found.url}) answers and {can}")


def _tell(store: "Store") -> None:
    from retrace.tools.sharing.store import CLIENT, CLIENT_FILE

    files = f".dvc/config .dvc/{CLIENT_FILE}" if store.needs_client_file else ".dvc/config"
    typer.echo(f"wrote {files.replace(' ', ' and ')}: `git add {files}` and commit")
    if store.endpoint and store.profile:
        lines = ", ".join(f"{key} = {value}" for key, value in CLIENT.items())
        typer.echo(f"add to the profile '{store.profile}' in ~/.aws/config: {lines}")
