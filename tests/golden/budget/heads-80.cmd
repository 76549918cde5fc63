# What so many people make of it.
terminal 80
plancost budget --heads 500 --population companies-2026-05 --population claude-code-2026 --cap 200,500
