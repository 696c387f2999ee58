"""The book as files to take along, made from the built site: see build_editions.py."""
