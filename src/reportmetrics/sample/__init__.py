"""The seeded generator of the reference mission: files such as a mission would send, with known answers inside.

Belongs here: invented input files, and ``truths``, which says what the figures made from them must come to. Not here:
anything that reads those files; the generator shares no code with ingest or metrics, so that a test of one against the
other means something.
"""
