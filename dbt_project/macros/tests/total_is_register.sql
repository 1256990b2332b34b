{#
    Fails for each filing semester that the run touches whose degrees do not add up to the register's
    records in force. Another semester may be registered and its marts wait for an open gate.
#}
{% test total_is_register(model, register, where = 'true') %}
with mart as (
    select filing_semester, sum(degrees) as degrees
    from {{ model }}
    where {{ where }} and {{ in_touched_semesters() }}
    group by all
),

registered as (
    select filing_semester, count(*) as records
    from {{ register }}
    where {{ in_force() }} and {{ in_touched_semesters() }}
    group by all
)

select filing_semester, degrees, records
from mart
full join registered using (filing_semester)
where (degrees = records) is not true
{% endtest %}
