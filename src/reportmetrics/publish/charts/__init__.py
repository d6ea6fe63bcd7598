"""One file per kind of chart. Each returns Plotly figures as plain dictionaries, drawn for two widths."""
