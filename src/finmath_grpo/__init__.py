"""GRPO on Turkish finance mathematics: one package a stage, run by the Snakefile."""
