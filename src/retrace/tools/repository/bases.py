"""What stands for main in a clone, and which remote a command should name."""

from retrace.core.errors import RetraceError
from retrace.tools.repository.git import branch_here, commit_of, git, remotes

CUSTOMARY = ("main", "master")


def base_names(*, remote_first: bool = False) -> list[str]:
    """Return all that may stand for main in this clone, the likeliest first.

    Those are main and master, here and on each remote; then what a remote has as its default branch.

    Parameters
    ----------
    remote_first : bool
        Whether ``origin/main`` comes before ``main``: in CI, and of a laptop that was not updated, it is
        the newer one.
    """
    known = remotes()
    heads = [git("symbolic-ref", "--quiet", "--short", f"refs/remotes/{each}/HEAD") for each in known]
    others = [head.partition("/")[2] for head in heads] + [git("config", "init.defaultBranch")]
    found: list[str] = []
    for name in dict.fromkeys([*CUSTOMARY, *filter(None, others)]):
        there = [f"{remote}/{name}" for remote in known]
        found += [*there, name] if remote_first else [name, *there]
    return found


def default_base() -> str:
    """Return ``main``, or what stands for it in this clone.

    Raises
    ------
    RetraceError
        Nothing does.
    """
    names = base_names()
    for name in names:
        if commit_of(name):
            return name
    if not commit_of("HEAD"):
        return CUSTOMARY[0]
    fetch = f"git fetch {remote()} main:refs/remotes/{remote()}/main"
    raise RetraceError(
        f"none of {', '.join(names)} is in this clone: name the base, as in `retrace compare HEAD~1`, or"
        f" run `{fetch}`"
    )


def without_remote(name: str) -> str:
    """Return a branch's name as its remote has it: ``main`` of ``upstream/main``."""
    place, _, rest = name.partition("/")
    # In CI's settings the remote has the customary name, whatever this clone calls it.
    return rest if rest and place in {"origin", *remotes()} else name


def remote() -> str:
    """Return the remote that a remedy should name: that of the branch, or the first, or ``<remote>``."""
    branch = branch_here()
    upstream = git("config", f"branch.{branch}.remote") if branch else ""
    known = remotes()
    return upstream if upstream in known else next(iter(known), "<remote>")
