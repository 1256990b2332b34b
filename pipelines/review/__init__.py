"""Decisions (Articles 13-19): approve or return, by a person or by a named policy.

Belongs here: decision files and what they mean for each line. Does not belong here: judging
records (examination) and building registers (register).
"""
