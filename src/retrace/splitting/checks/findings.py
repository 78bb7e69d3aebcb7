"""What the checks of the data say."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What was checked and what is odd.

    Attributes
    ----------
    warnings : tuple of str
        What a person should look at.
    checked : tuple of str
        What was compared and how near it came, so that no warning means something.
    """

    warnings: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()


def together(findings: Iterable[Findings]) -> Findings:
    """Join what several checks say."""
    listed = list(findings)
    return Findings(
        warnings=tuple(warning for each in listed for warning in each.warnings),
        checked=tuple(sentence for each in listed for sentence in each.checked),
    )
