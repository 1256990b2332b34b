"""Great Expectations' view of a page with our templates before GX's own."""

import re
from pathlib import Path
from typing import Any

from great_expectations.render.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, FileSystemLoader

TEMPLATES = Path(__file__).parent / "templates"


class PageView(DefaultJinjaPageView):
    """Renders a document with ``templates/`` first: no foreign host, no script but our own."""

    def __init__(self) -> None:
        super().__init__()
        loaders = [FileSystemLoader(TEMPLATES), self.env.loader]
        self.env.loader = ChoiceLoader([each for each in loaders if each is not None])
        self.env.trim_blocks = self.env.lstrip_blocks = True

    def render(self, document: Any, template: str | None = None, **kwargs: Any) -> str:
        """The page, without the blank lines that GX's templates leave."""
        text = super().render(document, template, **kwargs)
        return re.sub(r"[ \t]*\n(?:[ \t]*\n)+", "\n", text)
