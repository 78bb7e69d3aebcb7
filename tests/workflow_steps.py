"""The `run:` steps of a workflow file, done in a clone as a runner does them."""

import re
import subprocess
import time

from project import ROOT
from retrace.core.checked_yaml import load_yaml

EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")


class Job:
    """One job of a workflow.

    Parameters
    ----------
    workflow, name : str
        The file's stem, and the job in it.
    contexts : dict
        What expressions may ask: ``{"vars": {...}, "secrets": {...}, "steps.find.outputs": {...}}``.

    Attributes
    ----------
    seconds : dict of str to float
        What the steps took, by their command.
    """

    def __init__(self, workflow, name, **contexts):
        found = load_yaml(ROOT / f".github/workflows/{workflow}.yml")
        self.job = found["jobs"][name]
        self.seconds = {}
        self.contexts = {"vars": {}, "secrets": {}} | contexts
        self.variables = {**found.get("env", {}), **self.job.get("env", {})}

    def run(self, clone, folder, **variables):
        """Run each `run:` step whose condition holds, and return what each said."""
        output = folder / "output"
        said = {}
        for step in self.job["steps"]:
            output.write_text("")
            if "run" not in step or not self.holds(step.get("if")):
                continue
            own = {key: self.value(text) for key, text in (self.variables | step.get("env", {})).items()}
            start = time.perf_counter()
            done = subprocess.run(
                ["bash", "-e", "-c", step["run"]],
                cwd=clone.folder,
                env=variables | own | {"GITHUB_OUTPUT": str(output)},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{step['name']}\n{done.stdout}\n{done.stderr}"
            key = step["run"].split(" --")[0]
            self.seconds[key] = self.seconds.get(key, 0) + time.perf_counter() - start
            said[key] = said.get(key, "") + done.stdout + done.stderr
            if "id" in step:
                lines = output.read_text().splitlines()
                self.contexts[f"steps.{step['id']}.outputs"] = dict(line.split("=", 1) for line in lines)
        return said

    def holds(self, condition):
        return condition is None or bool(self.ask(condition))

    def value(self, text):
        return EXPRESSION.sub(lambda found: self.ask(found[1]), str(text))

    def ask(self, expression):
        """Evaluate ``a.b || 'default'``, all that these files use in a step."""
        for part in expression.split(" || "):
            if part.startswith("'"):
                return part.strip("'")
            context, name = part.rsplit(".", 1)
            if found := self.contexts[context].get(name, ""):
                return found
        return ""
