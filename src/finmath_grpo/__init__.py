"""GRPO on Turkish finance mathematics: one package a stage, run by the Snakefile."""

import gc
import sys

# `python -m` looks for a module of ours to run: `errors.run_stage` goes on, when all imports are done. They leave no
# garbage, and to look for some took a third of the time that a stage needs to start with torch.
if sys.argv[:1] == ["-m"]:
    gc.disable()
