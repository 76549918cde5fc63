# Two meters, and the frontier model sold apart two ways.
plancost outlook claude-max-20x --metered fee=0 --metered 'fee=50, included=50, rate=1.2' --split-frontier 60% --split-frontier 'share=60%, sold=add-on, fee=100, included=400, keeps=2000' --population viberank-2026-06 --from tests/fixtures/six.toml
