"""How a page is set and shown: mathematics, citations, maps, the files it loads."""
