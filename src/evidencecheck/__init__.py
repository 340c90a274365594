"""evidencecheck: screens buyers' refund photos and prepares the seller's report."""

__version__ = "0.1.0"
