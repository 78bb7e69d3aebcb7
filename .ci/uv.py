"""uv, told what pip is told on this machine: its mirror, folder of wheels, proxy and certificates.

    python .ci/uv.py pip install ...

uv reads none of pip's settings, so behind a company's mirror it would find nothing, or something else.
They go into uv's environment, where no list of processes shows a password; what uv has been told itself
stays.
"""

import ast
import os
import subprocess
import sys

# pip's word -> uv's variables, and what divides a list there.
NAMES = {
    "index-url": (["UV_INDEX_URL"], " "),
    "extra-index-url": (["UV_EXTRA_INDEX_URL"], " "),
    "find-links": (["UV_FIND_LINKS"], ","),
    "constraint": (["UV_CONSTRAINT"], " "),
    "trusted-host": (["UV_INSECURE_HOST"], " "),
    "cert": (["SSL_CERT_FILE"], " "),
    "client-cert": (["SSL_CLIENT_CERT"], " "),
    "proxy": (["HTTP_PROXY", "HTTPS_PROXY"], " "),
    "timeout": (["UV_HTTP_TIMEOUT"], " "),
    "keyring-provider": (["UV_KEYRING_PROVIDER"], " "),
}
# A later one wins: all commands, `pip install`, PIP_... of the environment.
SECTIONS = ("global", "install", ":env:")
YES = {"1", "true", "yes", "on", "y", "t"}


def pip_settings() -> dict[str, str]:
    """Return what `pip install` goes by, from files and from the environment."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for line in told.stdout.splitlines():
        name, _, value = line.partition("=")
        section, _, key = name.rpartition(".")
        if section in found:
            found[section][key] = ast.literal_eval(value)
    return {key: value for section in SECTIONS for key, value in found[section].items()}


def environment(settings: dict[str, str]) -> dict[str, str]:
    """Return the settings in uv's words; pip takes the best file of all indexes, so uv shall too."""
    said = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
    for key, (variables, divider) in NAMES.items():
        if value := divider.join(settings.get(key, "").split()):
            said |= dict.fromkeys(variables, value)
    return said


def main(arguments: list[str]) -> None:
    """Become uv."""
    settings = pip_settings()
    if settings.get("no-index", "").lower() in YES:
        arguments = [*arguments, "--no-index"]
    os.execvpe("uv", ["uv", *arguments], environment(settings) | os.environ)


if __name__ == "__main__":
    main(sys.argv[1:])
