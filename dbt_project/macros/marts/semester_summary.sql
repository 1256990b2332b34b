{#
    Degrees, certificates and persons of a filing semester, each counted apart.
    Persons and certificates are not additive over groups. But one that occurs once in the whole
    semester counts once in whatever group it is in: those are counted in cells, and only the few
    that occur again are counted as distinct values. A hash finds the candidates, so a collision
    costs time, never exactness.
#}
{% macro semester_summary(register, scope) -%}
{%- set province = "'00'" if scope == 'national' else 'province_code' -%}
{%- set groups = [
    ('all', "'-'"), ('category', 'record_category_code'), ('level', 'degree_level'),
    ('discipline_category', 'discipline_category_code'), ('sex', 'sex_code'),
    ('institution', 'institution_code'),
] + ([('province', 'province_code')] if scope == 'national' else []) -%}
{%- set dimensions = 'province_code, filing_semester, record_category_code, degree_level, '
    ~ 'discipline_category_code, sex_code, institution_code' -%}
with classified as (
    {{ classified_degrees(register) }}
),

degree as (
    select
        {{ dimensions }}, id_type_code, id_number, certificate_number,
        hash(filing_semester, id_type_code, id_number) as person,
        hash(filing_semester, certificate_number) as certificate
    from classified
),

person_again as (select person from degree group by person having count(*) > 1),
certificate_again as (select certificate from degree group by certificate having count(*) > 1),

marked as (
    select
        *,
        person in (select person from person_again) as has_person_again,
        certificate in (select certificate from certificate_again) as has_certificate_again
    from degree
),

cell as (
    select
        {{ dimensions }},
        count(*) as degrees,
        count(*) filter (where not has_certificate_again) as certificates,
        count(*) filter (where not has_person_again) as persons
    from marked
    group by all
),

{% for relation in ['cell', 'marked'] -%}
{{ relation }}_by_group as (
    {%- for name, code in groups %}
    select
        {{ province }} as province_code, filing_semester,
        '{{ name }}' as grouping_name, coalesce({{ code }}, 'unknown') as group_code,
        {{ 'degrees, certificates, persons' if relation == 'cell' else
           'has_person_again, has_certificate_again, id_type_code, id_number, certificate_number' }}
    from {{ relation }}
    {{- ' where has_person_again or has_certificate_again' if relation == 'marked' }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

{% endfor -%}
counted_once as (
    select
        province_code, filing_semester, grouping_name, group_code,
        sum(degrees)::bigint as degrees,
        sum(certificates)::bigint as certificates,
        sum(persons)::bigint as persons
    from cell_by_group
    group by all
),

counted_again as (
    select
        province_code, filing_semester, grouping_name, group_code,
        count(distinct certificate_number) filter (where has_certificate_again) as certificates,
        count(distinct (id_type_code, id_number)) filter (where has_person_again) as persons
    from marked_by_group
    group by all
)

select
    province_code,
    filing_semester,
    grouping_name,
    group_code,
    degrees,
    counted_once.certificates + coalesce(counted_again.certificates, 0) as certificates,
    counted_once.persons + coalesce(counted_again.persons, 0) as persons
from counted_once
left join counted_again using (province_code, filing_semester, grouping_name, group_code)
{%- endmacro %}
