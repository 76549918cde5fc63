# Refused, with what would be right.
code 3
plancost budget --heads 5 --from nowhere.toml
