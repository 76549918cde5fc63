# no routing has such a quality
code 1
plancost route --frontier-usd 1 --cheap-usd 0.1 --frontier-quality 0.95 --cheap-quality 0.85 --quality-floor 0.96 --width 80
