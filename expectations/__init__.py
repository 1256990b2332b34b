"""Quality expectations: what a level is about to rely on, checked with Great Expectations.

Nothing is in it yet: until then the amounts that must agree are checked in
``pipelines.register`` and by dbt tests.
"""
