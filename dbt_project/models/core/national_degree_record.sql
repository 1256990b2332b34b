-- One row a degree record version of the nation: the provinces' versions as handed over.
select staged.*
from {{ ref('stg_handover_record') }} as staged
where {{ not_yet_registered('staged.filing_id') }}
