# the cached agent of the catalogue at published rates
plancost route --workload cached-agent --migrate v3.2=0.28/0.42/0.028 --input-factor 1.12 --output-factor 1.6 --cache-hits 70% --tries 1.25 --width 80
