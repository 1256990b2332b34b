"""What dbt_project has from the standard is what the standard says now."""

import pytest

from pipelines.register import columns, generate
from pipelines.standard import FIELDS


@pytest.mark.parametrize("name", sorted(generate.generated_files()))
def test_generating_again_changes_nothing(name: str) -> None:
    committed = (generate.PROJECT / name).read_text(encoding="utf-8")
    assert committed == generate.generated_files()[name], (
        f"{name} is out of date: python -m pipelines.register.generate"
    )


def test_generated_files_say_so() -> None:
    for name, content in generate.generated_files().items():
        assert "do not edit" in "".join(content.splitlines()[:2]), name


def test_each_field_is_registered_or_stands_as_a_code() -> None:
    names = {column.name for column in columns.DEGREE_RECORD}
    for field in FIELDS.values():
        code = FIELDS[field.text_of] if field.text_of else field
        assert field.name in names or code.name in names, field.code


def test_texts_without_a_code_are_kept() -> None:
    names = {column.name for column in columns.DEGREE_RECORD}
    assert "thesis_type_name" in names
    assert {"institution_name", "training_institution_name"} <= names
    assert not {"sex_name", "ethnic_name", "degree_category_name"} & names


def test_a_text_has_one_code() -> None:
    """兽医硕士专业学位 has an old and a new code: the certain one counts, rows never double."""
    codes = generate.codes_of_texts("degree_category")
    assert codes["兽医硕士专业学位"] == "348"
    assert generate.codes_of_texts("political")["共青团员"] == "03"
