"""What rooms pass to each other: frozen records, their enums, and how texts are kept
harmless.
"""
