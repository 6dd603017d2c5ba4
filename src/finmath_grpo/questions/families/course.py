"""The families of the course, in its order: what `data/raw/questions.jsonl` is drawn from."""

from finmath_grpo.questions.families.problem import Family

FAMILIES: tuple[Family, ...] = ()
