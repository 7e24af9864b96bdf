"""Write the views as Markdown: a comment on a pull request or a merge request, and a job's summary."""
