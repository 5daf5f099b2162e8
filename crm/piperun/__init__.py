"""PipeRun (contracts/piperun.md): the CRM's folder. Start with ``gateway``."""
