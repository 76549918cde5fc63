# -o holds here too
plancost schema example -o {tmp}/plans.toml
