"""Rules over records (Articles 12-14): findings, a verdict a line, feedback for the institution.

Belongs here: compiling the standard's rules into SQL, running them over a landed batch, writing
findings and feedback. Does not belong here: deciding what becomes of a line (that is review).
"""
