"""Commissioned analysis (Articles 23-24): request, approval, extract, use, clearance, destruction.

Uses the library ``anonymization``. No commission can be requested yet.
"""
