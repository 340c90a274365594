"""Reports to JSON lines, HTML and complaint packages."""
