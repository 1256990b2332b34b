"""Xuewei (学位): degree-granting records from an institution's file to the published figure.

The rooms follow the chapters of the regulation 学位办〔2020〕8号. Each room's docstring says what
belongs in it and which articles it serves; a test holds who may import whom.
"""
