"""Workbooks: where each field stands, what is written, and how it is read back safely."""
