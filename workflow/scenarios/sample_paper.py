"""Scans of papers that do not exist: what a demonstration hands in as files, made when it is played.

Why: whoever looks at the pages must see files, digests and versions, and no real paper of anybody may lie in a
repository. Each says on its face that it is a sample and invented.
Never here: keeping files (services/filing.py).
"""

from __future__ import annotations

from datetime import datetime

from workflow.documents.paper import Facts, Paper, Text
from workflow.documents.pdf import pdf
from workflow.wording import say


def sample_paper(language: str, institution: str, document: str, name: str, number: str, at: datetime) -> bytes:
    """A PDF of one page: what kind of paper it stands for, of whom, and that it is a sample. `at`: aware UTC."""
    return pdf(
        Paper(
            language=language,
            institution=institution,
            title=document,
            lines=(),
            blocks=(
                Text(say("paper_sample", {}, language)),
                Facts(
                    (
                        (say("paper_column_name", {}, language), name),
                        (say("paper_column_register_number", {}, language), number),
                    )
                ),
            ),
            foot=(f"{number} · {document}",),
            dated=at,
            mark=say("paper_sample_mark", {}, language).upper(),
        )
    )
