{# Fails on each filing of this run whose rows in the register are not the amount that was accepted. #}
{% test registered_as_accepted(model, scope) %}
with expected as (
    {{ accepted_amounts(scope) }}
),

found as (
    select filing_id, count(*) as rows_found
    from {{ model }}
    where filing_id in (select filing_id from expected)
    group by all
)

select filing_id, rows_expected, rows_found
from expected
left join found using (filing_id)
where (rows_found = rows_expected) is not true
{% endtest %}
