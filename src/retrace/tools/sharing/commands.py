"""`retrace remote`, `push` and `pull`: data, models and the run-cache through the DVC remote."""

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
    from retrace.tools.repository.dvc import open_repository
    from retrace.tools.repository.remote import SECONDS_TO_ANSWER
    from retrace.tools.sharing.store import Store, try_out, write

    if url is not None:
        store = Store(name=name, url=url, endpoint=endpoint, region=region, profile=profile)
        with open_repository() as repo:
            write(repo, store)
        _tell(store)
    elif endpoint or region or profile:
        raise RetraceError("say which store: `retrace remote s3://<bucket>/<folder> ...`")
    with open_repository() as repo:
        default, refusal = try_out(repo, SECONDS_TO_ANSWER)
    can = f"may be read, not written: {refusal}" if refusal else "may be read and written"
    typer.echo(f"the remote '{default.name}' ({default.url}) answers and {can}")


def _tell(store: "Store") -> None:
    from retrace.tools.sharing.store import CLIENT, CLIENT_FILE

    files = f".dvc/config .dvc/{CLIENT_FILE}" if store.needs_client_file else ".dvc/config"
    typer.echo(f"wrote {files.replace(' ', ' and ')}: `git add {files}` and commit")
    if store.endpoint and store.profile:
        lines = ", ".join(f"{key} = {value}" for key, value in CLIENT.items())
        typer.echo(f"add to the profile '{store.profile}' in ~/.aws/config: {lines}")


def push(
    branch: Annotated[
        str | None, typer.Option(help="Whose run-cache is written; else the branch that is checked out.")
    ] = None,
) -> None:
    """Send what the remote lacks of all that dvc.lock names, then the run-cache of this branch.

    Whoever pulls has then what you have, and a run that you made costs them nothing. A push that was cut
    off goes on where it was.

        retrace push
    """
    from retrace.tools.repository.bases import current_branch
    from retrace.tools.repository.dvc import open_repository
    from retrace.tools.repository.remote import SECONDS_TO_ANSWER, reach
    from retrace.tools.repository.run_cache import FOLDER, send_runs
    from retrace.tools.repository.transfers import send

    name = current_branch(branch)
    with open_repository(notes=True) as repo:
        remote = reach(repo, SECONDS_TO_ANSWER)
        sent = send(repo)
        typer.echo(
            f"sent {sent.files} files, {_size(sent.size)} to {remote.url}; {sent.there} were there"
        )
        # Last, so that no run is known whose outputs are missing.
        runs, new = send_runs(repo, name)
    typer.echo(f"sent {new} runs to {FOLDER}/{name}; {runs - new} were there")


def _size(size: int) -> str:
    for unit, factor in {"GB": 10**9, "MB": 10**6, "kB": 10**3}.items():
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"


def pull(
    branch: Annotated[
        str | None, typer.Option(help="Whose run-cache is read; else the branch that is checked out.")
    ] = None,
) -> None:
    """Fetch all that dvc.lock names, each file checked by its hash, then the branch's and main's runs.

    On main only main's runs are known: a branch may claim what it likes. `retrace repro --pull` takes
    the outputs of a known run in place of running it.

        retrace pull
    """
    from retrace.tools.repository.bases import readable_branches
    from retrace.tools.repository.dvc import open_repository
    from retrace.tools.repository.remote import SECONDS_TO_ANSWER, reach
    from retrace.tools.repository.run_cache import fetch_runs
    from retrace.tools.repository.transfers import fetch

    branches = readable_branches(branch)
    with open_repository(notes=True) as repo:
        remote = reach(repo, SECONDS_TO_ANSWER)
        fetched = fetch(repo)
        typer.echo(f"fetched {fetched} files from {remote.url}; all that dvc.lock names is in place")
        runs = fetch_runs(repo, branches)
        names = " and ".join(branches)
        typer.echo(f"{runs} runs of {names} are known: `retrace repro --pull` reuses them")
