"""Where a team reviews its changes: one comment on a pull request or a merge request, kept up to date."""
