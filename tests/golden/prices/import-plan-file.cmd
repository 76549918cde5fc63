# a plan file
code 3
plancost prices import plans/zed.toml
