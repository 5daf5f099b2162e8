"""A fake PipeRun that follows contracts/piperun.md: the REST API, and what salespeople do in the CRM by hand."""
