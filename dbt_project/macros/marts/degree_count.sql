{# Additive cells of degrees; by degree date and by filing are two statistics, both are dimensions. #}
{% macro degree_count(register) -%}
with degree as (
    {{ classified_degrees(register) }}
)

select
    province_code,
    degree_semester,
    filing_semester,
    institution_code,
    record_category_code,
    degree_level,
    discipline_category_code,
    major_kind,
    sex_code,
    count(*) as degrees
from degree
group by all
{%- endmacro %}
