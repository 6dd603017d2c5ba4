"""Completions of the test questions and their scores."""
