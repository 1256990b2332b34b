{# Fails on each combination of the columns that stands in more than one row. #}
{% test unique_combination(model, columns) %}
{{ repeated_combinations(model, columns) }}
{% endtest %}
