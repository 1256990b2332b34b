"""What waits, is unfinished or has failed: read from what lies in the data home, after a crash too.

No run's state is asked: Dagster's storage may be lost, and a province's run may have been killed.
"""

from pipelines.filing.sorting import waiting_partitions
from pipelines.home import Home
from pipelines.orchestration.partitions import province_codes
from pipelines.orchestration.province import batches
from pipelines.register.agreement import agree_nation, agree_province
from pipelines.register.build import waiting_batches, waiting_handovers, waiting_marts
from pipelines.register.decisions import all_handovers
from pipelines.register.missing import Province, expected_provinces
from pipelines.register.summary import sheet_is_behind


def waiting_provinces(home: Home, semester: str, province: str | None = None) -> list[str]:
    """Provinces in which something of the semester is still to be done."""
    codes = [province] if province else province_codes()
    packages = {code for code, name in waiting_partitions(home) if name == semester}
    return [
        code
        for code in codes
        if code in packages
        or unfinished(home, code, semester)
        or sheet_is_behind(home, semester, code)
    ]


def unfinished(home: Home, province: str, semester: str) -> bool:
    """Whether something landed is not yet decided, registered and handed over in full."""
    landed = batches(home, province, semester)
    if not landed:
        return False
    decided = home.decided(province, semester)
    if any(not (decided / batch).exists() for batch in landed):
        return True
    if any(batch.semester == semester for batch in waiting_batches(home, province)):
        return True
    return not all(item.ok for item in agree_province(home, province, semester))


def failed_provinces(home: Home, semester: str) -> list[Province]:
    """Expected provinces that landed something and did not bring it to the handover.

    A national office on a machine of its own holds no landing of theirs, and sees none of them.
    """
    expected = expected_provinces(home, semester)
    return [item for item in expected if unfinished(home, item.code, semester)]


def nation_waits(home: Home, semester: str) -> bool:
    """Whether a handover is undecided or unregistered, or marts or the sheet are behind."""
    handovers = all_handovers(home, semester)
    if any(handover.outcome is None for handover in handovers):
        return True
    if any(handover.semester == semester for handover in waiting_handovers(home)):
        return True
    if semester in waiting_marts(home):
        return True
    if handovers and not all(item.ok for item in agree_nation(home, semester)):
        return True
    return sheet_is_behind(home, semester, None)
