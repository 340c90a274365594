"""Files to photos: the only stage that opens images."""
