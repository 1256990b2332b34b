{#
    Incremental models here only append, in one transaction and without a temporary table:
    dbt-duckdb's own materialization writes the rows twice and adds columns in silence.
    A model with config(replaces_semesters = true) gives the touched semesters anew: their old
    rows are deleted in the same transaction.
    A post-hook that fails (refuse_repeated_keys) undoes it all.
#}
{% materialization incremental, adapter = 'duckdb', supported_languages = ['sql'] %}
    {%- set target_relation = this.incorporate(type = 'table') -%}
    {%- set existing = load_cached_relation(this) -%}

    {{ run_hooks(pre_hooks, inside_transaction = False) }}
    {{ run_hooks(pre_hooks, inside_transaction = True) }}

    {% do get_assert_columns_equivalent(compiled_code) %}
    {% if existing is not none %}
        {% do assert_contract_of_existing(target_relation) %}
    {% endif %}

    {% call statement('main') -%}
        {% if existing is none -%}
            create table {{ target_relation }} {{ get_table_columns_and_constraints() }};
        {% elif config.get('replaces_semesters') -%}
            delete from {{ target_relation }} where {{ in_touched_semesters() }};
        {% endif -%}
        insert into {{ target_relation }} by name
        {{ compiled_code }}
    {%- endcall %}

    {{ run_hooks(post_hooks, inside_transaction = True) }}
    {% do adapter.commit() %}
    {{ run_hooks(post_hooks, inside_transaction = False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro assert_contract_of_existing(relation) %}
    {%- set found = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do found.append(column.name ~ ' ' ~ column.dtype | lower) -%}
    {%- endfor -%}
    {%- set declared = [] -%}
    {%- for column in model['columns'].values() -%}
        {%- do declared.append(column['name'] ~ ' ' ~ column['data_type'] | lower) -%}
    {%- endfor -%}
    {%- if found | sort != declared | sort -%}
        {% do exceptions.raise_compiler_error(
            'xuewei: ' ~ relation.identifier ~ ' in the warehouse has other columns than its contract'
        ) %}
    {%- endif -%}
{% endmacro %}

{# Post-hook: the transaction fails when a key is empty or registered twice. Names filings only. #}
{% macro refuse_repeated_keys(relation) -%}
{%- set key = config.get('unique_key') -%}
select case when count(*) > 0 then error(
    'xuewei: ' || count(*) || ' degree records would be registered twice or without a key; filings: '
    || array_to_string(list_sort(list(distinct filing_id))[1:10], ', ')
) end
from {{ relation }}
where hash({{ key | join(', ') }}) in (
    select hash({{ key | join(', ') }}) from {{ relation }} group by 1 having count(*) > 1
)
or {{ key | join(' is null or ') }} is null
{%- endmacro %}
