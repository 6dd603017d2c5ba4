"""What is run by hand for a release: archive, record, crate, and the pages that are made from measurements."""
