"""What a level relies on, judged before it is relied on (Art. 13, 14): expectations, gates, pages.

Belongs here: which relations of a data home a suite is run on, what earlier semesters teach, the
results of runs, the gate that they close, the exceptions that officers sign to it, the pages.

Does not belong here: what an expectation or a suite is (``expectations/``), judging single records
(``examination/``), Dagster.
"""
