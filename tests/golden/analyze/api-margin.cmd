# another gross margin, said in the footer
plancost analyze --no-bundled tests/fixtures/six.toml --api-margin 60%
