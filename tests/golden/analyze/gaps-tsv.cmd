# what is not known is never zero
plancost analyze --no-bundled tests/fixtures/gaps.toml -f tsv --at 0,50%,100%
