"""The study of Iso, Shiba & Yokoo (arXiv:1801.07172), from any number of archives: where flows end, verdicts, figures.

    python3 -m blockspin.iso2018 ARCHIVE... [--output FOLDER]
"""
