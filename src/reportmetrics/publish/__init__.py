"""Figures become a publication: pages, exports, audit folder, manifest. Nothing here computes a figure."""
