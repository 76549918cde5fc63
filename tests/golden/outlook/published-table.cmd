# The table of economics.md 8: the lines of 0 % at 10, 50 and 100 %, of 50 % at 10 % and of 100 % at 100 %.
plancost outlook chatgpt-pro-20x --cost-decline 1.2x,2x,9x,40x --use-growth 0%,50%,100% --cap lifted --from tests/fixtures/six.toml --no-bundled
