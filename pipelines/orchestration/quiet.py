"""Dagster tells of features in preview at each load: it is pinned, and a person wants a summary."""

import warnings

import dagster as dg


def quiet_warnings() -> None:
    """Hides the notices about Dagster's features in beta and preview that we use knowingly."""
    for category in (dg.BetaWarning, dg.PreviewWarning):
        warnings.filterwarnings("ignore", category=category)
