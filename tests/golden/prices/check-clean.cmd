# nothing to say
plancost prices check plans/anthropic.toml --no-bundled --max-age 150d
