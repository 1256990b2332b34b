"""Data Docs: Great Expectations' pages with our words, whole without the internet.

GX's renderer and view are subclassed; ``templates/`` come before GX's own templates and
``static/`` holds all that a page loads: GX's own pages load from public networks, unstyled where
there is no internet and telling a third party who reads what.

Belongs here: how a run looks. Where pages lie and what an index says is ``pipelines.quality.site``.
"""
