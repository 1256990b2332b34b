-- One row a filing semester x grouping x group of the nation.
{{ config(replaces_semesters = true) }}

{{ semester_summary(ref('national_degree_record'), 'national') }}
