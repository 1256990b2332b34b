"""The data standard as code (Articles 8-10).

Belongs here: what the regulation and the manuals say about a degree record: fields, record
categories, layouts, code tables with their editions, semesters, and the rules that judge records.
Data first (``data/*.csv``), few functions. Everything else is generated from it: the reader's
header map, the checks, dbt's models and yml, the simulation, the data dictionary.

Does not belong here: files of a data home, connections, anything that reads records. The standard
imports no other room.
"""

from pipelines.standard.categories import CATEGORIES, Category
from pipelines.standard.codes import CodeTable, code_table, code_tables
from pipelines.standard.fields import FIELDS, Field, field
from pipelines.standard.layouts import LAYOUTS, Layout, layout
from pipelines.standard.semesters import Semester

__all__ = [
    "CATEGORIES",
    "FIELDS",
    "LAYOUTS",
    "Category",
    "CodeTable",
    "Field",
    "Layout",
    "Semester",
    "code_table",
    "code_tables",
    "field",
    "layout",
]
