"""De-identification of tables: hierarchies, privacy models, search, risk, utility.

A library of its own for anybody with a table: it imports nothing of ``pipelines``. Nothing is in
it yet; commissions (Articles 23-24) will be built on it.
"""
