"""Benchmarks: each heavy step as a ratio to a bare DuckDB load of the same data, in one run.

`make bench` runs them and writes build/bench.json, a list of {"name", "value", "unit", "limit"}.
Tests never assert the clock; a benchmark prints what it measured against what is aimed at.
"""
