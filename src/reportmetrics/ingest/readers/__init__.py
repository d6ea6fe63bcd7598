"""One file per format behind one protocol (``base``): a path in, sheets of text out."""
