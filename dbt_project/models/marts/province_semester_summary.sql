-- One row a filing semester x grouping x group of the province.
{{ config(replaces_semesters = true) }}

{{ semester_summary(ref('province_degree_record'), 'province') }}
