"""The questions: families that draw them, the raw bank, cleaning and splitting."""
