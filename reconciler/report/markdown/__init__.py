"""Plans and runs as Markdown: one comment for a pull request, small enough to be posted."""
