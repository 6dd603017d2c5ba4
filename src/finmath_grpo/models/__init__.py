"""The models of an experiment: pre-trained by the DAG, fetched, or merged from an adapter."""
