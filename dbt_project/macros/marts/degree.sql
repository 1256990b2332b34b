{# Records that count as degrees today. #}
{% macro in_force() -%}
    recorded_to is null and status = 'registered'
{%- endmacro %}

{# One row a degree in force of the touched semesters, with its place in the classifications. #}
{% macro classified_degrees(register) -%}
    select
        degree.*,
        coalesce(degree_classes.discipline, 'unknown') as discipline_category_code,
        coalesce(degree_classes.kind, 'unknown') as major_kind
    from {{ register }} as degree
    left join {{ degree_classes() }}
        on degree_classes.code = degree.degree_category_code
    where {{ in_force() }} and {{ in_touched_semesters() }}
{%- endmacro %}
