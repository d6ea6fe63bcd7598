"""The mission as data: pydantic models of a profile folder, loading with helpful errors, tables made from it.

A profile is a folder: ``mission.yaml``, ``objectives.yaml``, ``indicators.yaml``, ``templates.yaml`` and
``sources/*.yaml``. Nothing of a mission is hard-coded elsewhere.
"""
