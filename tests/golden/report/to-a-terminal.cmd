# HTML is not for a terminal
terminal 80
code 2
plancost report tests/fixtures/six.toml
