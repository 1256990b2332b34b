-- One row a cell: province x semesters x institution x category x level x discipline x kind x sex.
{{ config(replaces_semesters = true) }}

{{ degree_count(ref('national_degree_record')) }}
