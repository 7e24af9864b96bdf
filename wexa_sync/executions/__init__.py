"""Read, watch and control the runs on the server."""
