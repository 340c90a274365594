"""One file is one check, found automatically."""
