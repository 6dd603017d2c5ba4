"""The report: one page, read offline, on which one can read what the models wrote."""
