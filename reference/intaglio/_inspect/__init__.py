"""What a file holds, without decoding all of it: information, lazy arrays, text and HTML."""
