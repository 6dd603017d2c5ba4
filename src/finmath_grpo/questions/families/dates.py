"""Days between two dates of a year, counted as banks do: the first day is not counted, the last one is."""

from dataclasses import dataclass
from random import Random

_MONTHS = (
    "Ocak",
    "Şubat",
    "Mart",
    "Nisan",
    "Mayıs",
    "Haziran",
    "Temmuz",
    "Ağustos",
    "Eylül",
    "Ekim",
    "Kasım",
    "Aralık",
)
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LOCATIVE = dict(zip(_MONTHS, ("ta", "ta", "ta", "da", "ta", "da", "da", "ta", "de", "de", "da", "ta"), strict=True))


@dataclass(frozen=True)
class Period:
    """From one day to a later one in the same year, none of them in February."""

    start_month: int
    start_day: int
    end_month: int
    end_day: int

    @property
    def start(self) -> str:
        """`12 Mart`."""
        return f"{self.start_day} {_MONTHS[self.start_month]}"

    @property
    def end(self) -> str:
        """`20 Haziran`."""
        return f"{self.end_day} {_MONTHS[self.end_month]}"

    @property
    def days_by_month(self) -> tuple[tuple[str, int], ...]:
        """Name and counted days of each month of the period."""
        first = (_MONTHS[self.start_month], _LENGTHS[self.start_month] - self.start_day)
        whole = ((_MONTHS[month], _LENGTHS[month]) for month in range(self.start_month + 1, self.end_month))
        return (first, *whole, (_MONTHS[self.end_month], self.end_day))

    @property
    def days(self) -> int:
        """How many days of interest the period has."""
        return sum(days for _, days in self.days_by_month)

    def counted(self) -> str:
        """The count as a line of a solution: `19 (Mart) + 30 (Nisan) + 20 (Mayıs) = 69 gün` without the names."""
        names = ", ".join(name for name, _ in self.days_by_month)
        return f"{names} günleri: {' + '.join(str(days) for _, days in self.days_by_month)} = {self.days} gün"


def draw_period(draw: Random) -> Period:
    """A period of 40 to 150 days that starts in March or later and ends before the year does."""
    while True:
        start, end = sorted(draw.sample(range(2, 12), 2))
        period = Period(start, draw.randrange(1, 29), end, draw.randrange(1, 29))
        if 40 <= period.days <= 150:
            return period


def on(date: str) -> str:
    """`12 Mart'ta`: the date with the suffix of the place in time."""
    return f"{date}'{_LOCATIVE[date.split()[1]]}"
