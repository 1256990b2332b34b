"""Days that the regulation gives, each with its article. Whoever counts days takes them here."""

FILING_DAYS = 30
"""From a resolution's taking effect to the filing (Art. 12(4)); later needs an application (6)."""

REVIEW_DAYS = 30
"""From a filing's submission to the province's review and feedback (Art. 13(3))."""

CHANGE_REVIEW_DAYS = 30
"""From an application for amendment or deletion to the province's opinion (Art. 18)."""

REVOCATION_DAYS = 10
"""From a revocation's taking effect to its report (Art. 19)."""
