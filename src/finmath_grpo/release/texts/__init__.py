"""The numbers of README and docs by key: `tables` reads them, `words` writes them, `pages` puts them into the pages."""
