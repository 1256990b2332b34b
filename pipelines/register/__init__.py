"""Provincial and national registers (Articles 14-16): dbt builds, handovers, formal examination.

Belongs here: running dbt_project on a warehouse, sealing handovers, examining them, the
agreement of amounts between levels, the semester summary sheet. Does not belong here: published
statistics.
"""
