"""Reports that are not our workbooks: official tables that were retyped or published.

The door is `recognise` in `recognise`: a document in, a reading out.
"""
