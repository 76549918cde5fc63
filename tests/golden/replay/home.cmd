# Claude Code and Codex where they keep their logs: copies, side chains, a torn end and fast mode
env HOME=tests/fixtures/logs/home
plancost replay 
