{# Fails for each filing semester whose degrees do not add up to the register's records in force. #}
{% test total_is_register(model, register, where = 'true') %}
with mart as (
    select filing_semester, sum(degrees) as degrees
    from {{ model }}
    where {{ where }}
    group by all
),

registered as (
    select filing_semester, count(*) as records
    from {{ register }}
    where {{ in_force() }}
    group by all
)

select filing_semester, degrees, records
from mart
full join registered using (filing_semester)
where (degrees = records) is not true
{% endtest %}
