"""Cells of a notebook: run in one namespace, with what they print, show and raise as outputs of nbformat 4."""
