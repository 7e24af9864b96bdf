"""Write what is live as manifests: what a survey found becomes drafts, and drafts become files."""
