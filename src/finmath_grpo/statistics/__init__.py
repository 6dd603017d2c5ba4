"""Tables for figures and claims, from scores, logs and completions; or from the post's own numbers."""
