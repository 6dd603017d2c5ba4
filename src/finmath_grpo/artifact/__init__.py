"""What packages the experiment: one run at a time, checks of the machine, provenance, licences, and the archive."""
