-- One row a degree record version of the province.
select
    staged.* exclude (decided_at),
    1 as version_no,
    'registered' as status,
    'registered' as event,
    staged.conferral_date as effective_from,
    null::date as effective_to,
    staged.decided_at as recorded_from,
    null::timestamp as recorded_to
from {{ ref('stg_accepted_record') }} as staged
where {{ not_yet_registered('staged.filing_id') }}
