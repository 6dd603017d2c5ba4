"""Between Snakemake and the stages: which experiments there are, what each job gets, and what runs around a run."""
