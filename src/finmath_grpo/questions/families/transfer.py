"""The families of new ideas, for testing only: what `data/raw/transfer.jsonl` is drawn from.

Each is solved in a way that no family of the course is. Nothing that trains may import this package's transfer modules:
a test reads the imports of everything that makes training text.
"""

from finmath_grpo.questions.families import transfer_annuities, transfer_business, transfer_debts, transfer_markets
from finmath_grpo.questions.families.problem import Family

FAMILIES: tuple[Family, ...] = (
    *transfer_debts.FAMILIES,
    *transfer_annuities.FAMILIES,
    *transfer_markets.FAMILIES,
    *transfer_business.FAMILIES,
)
