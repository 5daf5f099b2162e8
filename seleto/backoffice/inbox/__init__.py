"""The conversations as the team works with them: an inbox to find one in, and a workspace page for each."""
