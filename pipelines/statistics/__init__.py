"""Published figures (Articles 5, 13, 21): summary tables, disclosure control, approval, release.

Nothing is published yet; the semester summary that Article 13(4) asks for is made in register.
"""
