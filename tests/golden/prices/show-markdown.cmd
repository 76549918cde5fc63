# as Markdown
plancost prices show claude-opus-4-6 -f markdown
