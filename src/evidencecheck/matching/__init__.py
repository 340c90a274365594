"""The image-matching engine: fingerprints, candidate search, geometric and dense proof, differences. Pure; no files."""
