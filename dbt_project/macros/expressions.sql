{# Semester of a date: 1 Sep - end Feb is the first half of the school year, 1 Mar - 31 Aug the second. #}
{% macro semester_of(day) -%}
case
        when month({{ day }}) >= 9 then concat(year({{ day }}), '-', year({{ day }}) + 1, '-1')
        when month({{ day }}) <= 2 then concat(year({{ day }}) - 1, '-', year({{ day }}), '-1')
        when month({{ day }}) <= 8 then concat(year({{ day }}) - 1, '-', year({{ day }}), '-2')
    end
{%- endmacro %}

{% macro level_of_category(category) -%}
case left({{ category }}, 1) when 'D' then '2' when 'M' then '3' when 'B' then '4' end
{%- endmacro %}

{# Filings that are in the register already are left out: a run that was cut off is repaired by another. #}
{% macro not_yet_registered(filing_id) -%}
    {%- if is_incremental() -%}
{{ filing_id }} not in (select distinct filing_id from {{ this }})
    {%- else -%} true {%- endif -%}
{%- endmacro %}

{# Key combinations that occur more than once. Grouping 64-bit hashes first costs a quarter of
   grouping the texts; the few suspects are then compared exactly. #}
{% macro repeated_combinations(relation, columns) -%}
    {%- set listed = columns | join(', ') -%}
select {{ listed }}, count(*) as occurrences
from {{ relation }}
where hash({{ listed }}) in (
    select hash({{ listed }}) from {{ relation }} group by 1 having count(*) > 1
)
group by {{ listed }}
having count(*) > 1
{%- endmacro %}
