"""Verification for holders, the public and other organs (Articles 20, 22).

No inquiry can be made yet.
"""
