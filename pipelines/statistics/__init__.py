"""Figures (Articles 5, 13, 21): what became of a semester; later published tables and releases.

Belongs here: the overview of a semester for the office that runs it. Does not belong here: the
registers and their marts, which dbt builds in ``register``. Nothing is published yet.
"""
