"""Synthetic institutions, people, reference data and filing packages, with known faults.

Belongs here: everything that invents data. Does not belong here: anything that a real province
needs. No institution or person in it exists.
"""
