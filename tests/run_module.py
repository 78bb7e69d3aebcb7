"""Run a module, as ``python -m`` does: a file is what the warm process runs, whatever the module."""

import runpy
import sys

if __name__ == "__main__":  # not in what a nanny starts
    runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
