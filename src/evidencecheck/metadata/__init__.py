"""What files say of themselves, read from blocks already taken apart: clocks, AI labels, marks, JPEG tables."""
