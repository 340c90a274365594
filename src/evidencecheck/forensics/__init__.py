"""Pixel numerics that several edit checks need: block planes, save history, learned trees, regions, self-matches."""
