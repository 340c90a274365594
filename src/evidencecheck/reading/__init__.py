"""What is printed in a picture: barcodes, lines of text, and the numbers in them."""
