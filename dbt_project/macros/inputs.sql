{#
    The files that a run reads. Their folders come in environment variables at run time, never in
    vars: a change of vars makes dbt parse the whole project again.
    XUEWEI_BATCHES    JSON, one {landing, decided} a batch to be registered: folders
    XUEWEI_HANDOVERS  JSON, one folder an approved handover to be registered
    XUEWEI_SEMESTERS  JSON, the filing semesters that the run touches; none: all
    "folder" is the batch's folder name: filing and row numbers count from 1 in each batch.
#}

{% macro files_of(variable, part, pattern) -%}
    [
    {%- for entry in fromjson(env_var(variable, '[]')) -%}
        {%- set folder = entry[part] if part else entry -%}
        '{{ (folder ~ "/" ~ pattern) | replace("'", "''") }}'{{ ", " if not loop.last }}
    {%- endfor -%}
    ]
{%- endmacro %}

{% macro landed_records() -%}
(
    select *, parse_path(filename)[-2] as folder
    from read_parquet({{ files_of('XUEWEI_BATCHES', 'landing', 'records-*.parquet') }}, filename = true)
)
{%- endmacro %}

{% macro approved_filings() -%}
(
    select landed.*, decided.decision_id, decided.decided_at
    from (
        select *, parse_path(filename)[-2] as folder
        from read_parquet({{ files_of('XUEWEI_BATCHES', 'landing', 'filings.parquet') }}, filename = true)
    ) as landed
    inner join (
        select *, parse_path(filename)[-2] as folder
        from read_parquet({{ files_of('XUEWEI_BATCHES', 'decided', 'filings.parquet') }}, filename = true)
    ) as decided
        on decided.folder = landed.folder and decided.filing_no = landed.filing_no
    where decided.outcome = 'approve'
)
{%- endmacro %}

{% macro lines_left_out() -%}
(
    select row_id, parse_path(filename)[-2] as folder
    from read_parquet({{ files_of('XUEWEI_BATCHES', 'decided', 'lines.parquet') }}, filename = true)
)
{%- endmacro %}

{% macro handed_over_records() -%}
    read_parquet({{ files_of('XUEWEI_HANDOVERS', none, 'records.parquet') }})
{%- endmacro %}

{# Amounts that the register must hold after the run: filing_id, rows. #}
{% macro accepted_amounts(scope) -%}
{%- if scope == 'province' -%}
select filing_id, sum(accepted)::bigint as rows_expected
from read_parquet({{ files_of('XUEWEI_BATCHES', 'decided', 'filings.parquet') }})
where outcome = 'approve' and accepted > 0
group by all
{%- else -%}
select filing_id, count(*) as rows_expected from {{ handed_over_records() }} group by all
{%- endif -%}
{%- endmacro %}

{# Predicate on filing_semester: the semesters that this run touches. #}
{% macro in_touched_semesters() -%}
    {%- set semesters = fromjson(env_var('XUEWEI_SEMESTERS', '[]')) -%}
    {%- if semesters -%} filing_semester in ('{{ semesters | join("', '") }}')
    {%- else -%} true {%- endif -%}
{%- endmacro %}
