"""Families of questions: one module a unit of the course."""
