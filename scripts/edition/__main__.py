"""Runs it: python -m scripts.edition [FOLDER]."""

from scripts.edition.make_edition import main

main()
