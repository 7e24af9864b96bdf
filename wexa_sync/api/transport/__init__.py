"""Send one request and receive one response, or know why there is none."""
