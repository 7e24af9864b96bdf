"""Write the views for a terminal."""
