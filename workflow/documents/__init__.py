"""Documents that leave the house as files: one value (paper.py), laid out as PDF (pdf.py) and as DOCX (docx.py).

Never here: what a list or a protocol says (services), pages.
"""
