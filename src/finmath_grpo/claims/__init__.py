"""The post's sentences held against tables of numbers."""
