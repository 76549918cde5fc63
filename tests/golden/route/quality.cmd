# one class with quality and a floor
plancost route --frontier-usd 1 --cheap-usd 0.1 --frontier-quality 0.95 --cheap-quality 0.85 --quality-floor 0.9 --target-saving 40% --width 80
