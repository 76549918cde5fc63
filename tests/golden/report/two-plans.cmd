# the whole page of two plans, one of them with nothing known of its allowance
plancost report tests/fixtures/gaps.toml --at 0%,50%,100% --title Gaps
