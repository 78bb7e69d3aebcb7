"""What the stage scripts share: data in, value out."""

from retrace.core.instructions import pin_instructions

# Work at import time, here alone: every process passes this line, and NumPy's import is too late.
pin_instructions()
