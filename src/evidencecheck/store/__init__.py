"""What is remembered: reference corpus, index, photos of earlier orders, audit log."""
