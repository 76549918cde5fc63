# Shares of a maximum become dollars, plan by plan.
plancost outlook claude-pro claude-max-20x --metered included=100 --population typical --from tests/fixtures/six.toml
