//! Shapes of populations in words: `lognormal(median=3%, s=1.28)`.

use super::call::{self, Call, Mistake, Value};
use super::form::{self, Args, Form, Known, Signature};
use crate::population::fit::{self, Lognormal, TopShare};
use crate::population::{Distribution, Level, Members, Segment};
use crate::units::Ratio;

const FORMS: &[Form<Distribution>] = &[
    Form {
        is: Signature { name: "point", examples: &["point(20%)"], keys: &["value"], places: 1, takes: &[] },
        read: |args| args.made(Distribution::point(args.number("value")?)),
    },
    Form {
        is: Signature {
            name: "uniform",
            examples: &["uniform(0, 50%)"],
            keys: &["low", "high"],
            places: 2,
            takes: &[],
        },
        read: |args| args.made(Distribution::uniform(args.number("low")?, args.number("high")?)),
    },
    Form {
        is: Signature {
            name: "beta",
            examples: &["beta(2, 26)", "beta(mean=7%, sd=5%)", "beta(mean=7%, top10%=40%)"],
            keys: &["a", "b", "mean", "sd"],
            places: 2,
            takes: &[Known::TopShare],
        },
        read: beta,
    },
    Form {
        is: Signature {
            name: "lognormal",
            examples: &[
                "lognormal(median=3%, s=1.28)",
                "lognormal(median=3%, p95=25%)",
                "lognormal(mean=92, p95=291)",
                "lognormal(p95=100%, s=1.28)",
                "lognormal(median=1285, top1%=14%, top10%=51%)",
                "lognormal(mean=5%, gini=0.63)",
                "lognormal(mean=5%, sd=9%)",
            ],
            keys: &["median", "s", "mean", "m", "sd", "gini", "truncate", "clamp"],
            places: 2,
            takes: &[Known::Quantile, Known::TopShare],
        },
        read: lognormal,
    },
    Form {
        is: Signature {
            name: "pareto",
            examples: &["pareto(floor=1%, a=1.6)", "pareto(mean=5%, top10%=51%)"],
            keys: &["floor", "a", "mean"],
            places: 2,
            takes: &[Known::TopShare],
        },
        read: pareto,
    },
    Form {
        is: Signature {
            name: "discrete",
            examples: &["discrete(60%: 1%, 30%: 8%, 10%: 100%)"],
            keys: &[],
            places: 0,
            takes: &[],
        },
        read: discrete,
    },
    Form {
        is: Signature {
            name: "zero_inflated",
            examples: &["zero_inflated(30%, beta(2, 26))"],
            keys: &["share", "rest"],
            places: 2,
            takes: &[],
        },
        read: |args| args.made(Distribution::zero_inflated(args.number("share")?, &shape(args, "rest")?)),
    },
    Form {
        is: Signature {
            name: "mixture",
            examples: &["mixture(90% casual: beta(2, 26), 10% heavy: point(80%))"],
            keys: &[],
            places: 0,
            takes: &[],
        },
        read: |args| {
            let segments = segments(args.call())?;
            let parts: Vec<(f64, Distribution)> = segments.iter().map(|one| (one.weight, one.spread.clone())).collect();
            args.made(Distribution::mixture(&parts))
        },
    },
];

/// Reads a shape; a number alone is everyone alike.
///
/// # Errors
///
/// The first mistake, with its place in the text.
pub fn distribution(text: &str) -> Result<Distribution, Mistake> {
    of_value(&call::parse(text)?, 0..text.len())
}

/// Reads a shape as the segments that it is mixed of; one without a name if it is no mixture.
///
/// # Errors
///
/// As [`distribution`].
pub fn members(text: &str) -> Result<Members, Mistake> {
    let value = call::parse(text)?;
    match &value {
        Value::Call(call) if call.name == "mixture" => {
            of_value(&value, 0..text.len())?;
            Ok(Members { segments: segments(call)? })
        }
        value => Ok(Members::of(of_value(value, 0..text.len())?)),
    }
}

fn of_value(value: &Value<'_>, span: std::ops::Range<usize>) -> Result<Distribution, Mistake> {
    let call = match value {
        Value::Number(number) => {
            let made = Distribution::point(number.to_f64());
            return made.map_err(|error| Mistake::new(span, error.to_string(), "write a shape or a number from 0 on"));
        }
        Value::Call(call) => call,
    };
    form::read(FORMS, call)
}

fn top_shares(args: &Args<'_>) -> Result<Vec<TopShare>, Mistake> {
    Ok(args.known(Known::TopShare)?.into_iter().map(|(p, share)| TopShare { p, share }).collect())
}

fn shape(args: &Args<'_>, key: &str) -> Result<Distribution, Mistake> {
    let arg = args.needed(key)?;
    of_value(&arg.value, arg.span.clone())
}

fn beta(args: &Args<'_>) -> Result<Distribution, Mistake> {
    let tops = args.known(Known::TopShare)?;
    match (args.optional("mean")?, args.optional("sd")?, tops.as_slice()) {
        (Some(mean), Some(sd), []) => {
            args.made(fit::beta_from_moments(mean, sd).and_then(|fit| Ok(fit.distribution()?)))
        }
        (Some(mean), None, &[(p, share)]) => {
            let fit = fit::beta_from_mean_and_top_share(mean, TopShare { p, share });
            args.made(fit.and_then(|fit| Ok(fit.distribution()?)))
        }
        (None, None, []) => args.made(Distribution::beta(args.number("a")?, args.number("b")?)),
        _ => Err(args.contradiction("takes `a` and `b`, or `mean` with `sd` or one top share")),
    }
}

fn pareto(args: &Args<'_>) -> Result<Distribution, Mistake> {
    let tops = top_shares(args)?;
    let a = match (args.optional("a")?, tops.as_slice()) {
        (Some(a), []) => a,
        (None, [_, ..]) => args.made(fit::pareto_a_from_top_shares(&tops))?.mean,
        (None, []) => args.number("a")?,
        (Some(_), _) => return Err(args.contradiction("takes `a` or top shares, not both")),
    };
    let floor = match (args.optional("floor")?, args.optional("mean")?) {
        (Some(floor), None) => floor,
        (None, Some(mean)) => mean * (a - 1.0) / a,
        _ => return Err(args.contradiction("takes one of `floor` and `mean`")),
    };
    args.made(Distribution::pareto(floor, a))
}

fn lognormal(args: &Args<'_>) -> Result<Distribution, Mistake> {
    let whole = lognormal_demand(args)?;
    match (args.optional("truncate")?, args.optional("clamp")?) {
        (Some(_), Some(_)) => Err(args.contradiction(
            "takes `truncate`, which leaves out who wants more, or `clamp`, which keeps him at the bound",
        )),
        (Some(bound), None) => args.made(whole.truncated(bound)),
        (None, Some(bound)) => args.made(whole.clamped(bound)),
        (None, None) => Ok(whole),
    }
}

/// From its level and `s`, or from figures that say both.
fn lognormal_demand(args: &Args<'_>) -> Result<Distribution, Mistake> {
    let (median, mean, m) = (args.optional("median")?, args.optional("mean")?, args.optional("m")?);
    let mut quantiles = args.known(Known::Quantile)?;
    let tops = top_shares(args)?;
    let (s, sd, gini) = (args.optional("s")?, args.optional("sd")?, args.optional("gini")?);
    let ways = [s.is_some(), sd.is_some(), gini.is_some(), !tops.is_empty(), quantiles.len() > 1];
    if ways.iter().filter(|&&given| given).count() > 1 {
        return Err(args.contradiction("takes one of `s`, `sd`, `gini`, top shares and quantiles"));
    }
    let of_fit = |fit: Result<Lognormal, fit::FitError>| args.made(fit.and_then(|fit| Ok(fit.distribution()?)));
    match (median, mean, m) {
        (None, None, None) if quantiles.len() == 1 && s.is_some() => {
            let (s, (q, x)) = (s.unwrap_or(0.0), quantiles[0]);
            return args.made(fit::lognormal_from_quantile_and_s(q, x, s).and_then(|fit| Ok(fit.distribution()?)));
        }
        (median, None, None) if !quantiles.is_empty() && s.is_none() => {
            quantiles.extend(median.map(|median| (0.5, median)));
            return of_fit(fit::lognormal_from_quantiles(&quantiles));
        }
        (None, Some(mean), None) if quantiles.len() == 1 => {
            return of_fit(fit::lognormal_from_mean_and_quantile(mean, quantiles[0].0, quantiles[0].1));
        }
        (None, Some(mean), None) if sd.is_some() => {
            return of_fit(fit::lognormal_from_moments(mean, sd.unwrap_or(0.0)));
        }
        _ => {}
    }
    let level = match (median, mean, m) {
        (Some(median), None, None) => Level::Median(median),
        (None, Some(mean), None) => Level::Mean(mean),
        (None, None, Some(m)) => Level::LogMean(m),
        _ => return Err(args.contradiction("takes one of `median`, `mean` and `m`, the mean of the logarithm")),
    };
    let s = match (s, gini, tops.as_slice()) {
        (Some(s), ..) => s,
        (None, Some(gini), _) => args.made(fit::lognormal_s_from_gini(gini))?,
        (None, None, [_, ..]) => args.made(fit::lognormal_s_from_top_shares(&tops))?.mean,
        (None, None, []) if sd.is_none() && quantiles.is_empty() => args.number("s")?,
        _ => return Err(args.contradiction("takes `mean` with `sd`, and one quantile with `mean` or several without")),
    };
    args.made(Distribution::lognormal(level, s))
}

/// `weight: value` pairs, or values of equal weight.
fn discrete(args: &Args<'_>) -> Result<Distribution, Mistake> {
    let values: Vec<f64> = args.call().args.iter().map(|arg| args.number_of(arg)).collect::<Result<_, _>>()?;
    let weights: Vec<f64> = args.call().args.iter().filter_map(|arg| Some(arg.weight.as_ref()?.to_f64())).collect();
    if !weights.is_empty() && weights.len() != values.len() {
        let bare = args.call().args.iter().find(|arg| arg.weight.is_none()).map_or(0..0, |arg| arg.span.clone());
        return Err(Mistake::new(bare, "a value without a weight among others with one", args.help()));
    }
    args.made(Distribution::discrete(&values, (!weights.is_empty()).then_some(weights.as_slice())))
}

/// The parts of a mixture; their weights add up to 1.
fn segments(call: &Call<'_>) -> Result<Vec<Segment>, Mistake> {
    let example = "write it as `mixture(90% casual: beta(2, 26), 10% heavy: point(80%))`";
    let mut sum = Ratio::zero();
    let mut segments = Vec::new();
    for arg in &call.args {
        let Some(weight) = &arg.weight else {
            return Err(Mistake::new(arg.span.clone(), "a part of a mixture has no weight", example));
        };
        sum += weight;
        segments.push(Segment {
            name: arg.label.map(Into::into),
            weight: weight.to_f64(),
            spread: of_value(&arg.value, arg.span.clone())?,
            elasticity: None,
        });
    }
    if sum != Ratio::one() {
        let message = format!("the weights add up to {}, not to 1", sum.to_decimal_trimmed(0, 6));
        return Err(Mistake::new(call.span.clone(), message, example));
    }
    Ok(segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(text: &str) -> f64 {
        distribution(text).expect("a shape").mean()
    }

    fn mistake(text: &str) -> String {
        let Err(mistake) = distribution(text) else { panic!("{text} is a shape") };
        format!("[{}] {}", &text[mistake.span.clone()], mistake.message)
    }

    #[test]
    fn every_form_is_written_as_its_example() {
        for example in FORMS.iter().flat_map(|form| form.is.examples) {
            assert!(distribution(example).is_ok(), "{example}: {:?}", distribution(example));
        }
    }

    #[test]
    fn arguments_go_by_name_or_by_place() {
        assert!((mean("20%") - 0.2).abs() < 1e-12);
        assert!((mean("uniform(high=50%, low=0)") - 0.25).abs() < 1e-12);
        // 0.9 x 2/28 + 0.1 x 0.8
        assert!((mean("mixture(90%: beta(2, 26), 10% heavy: point(80%))") - (0.9 * 2.0 / 28.0 + 0.08)).abs() < 1e-12);
        assert!((mean("discrete(60%: 1%, 30%: 8%, 10%: 100%)") - 0.13).abs() < 1e-12);
        assert!((mean("discrete(1%, 3%)") - 0.02).abs() < 1e-12);
    }

    #[test]
    fn a_lognormal_is_written_by_what_is_known_of_it() {
        // z(95 %) = 1.644854: s = ln(25/3) / z = 1.2890, mean = 3 % e^(s²/2) = 6.885 %.
        assert!((mean("lognormal(median=3%, p95=25%)") - 0.068_85).abs() < 1e-5);
        // A gateway's users: mean $92, 95 % below $291. s = z - sqrt(z² - 2 ln(291/92)) = 1.0105, median $55.2.
        let gateway = distribution("lognormal(mean=92, p95=291)").expect("a shape");
        assert!((gateway.quantile(0.5) - 55.2).abs() < 0.05 && (gateway.quantile(0.95) - 291.0).abs() < 1e-6);
        // Published shares of the top 1 and 10 %: s = 1.2763, mean $2,902.
        assert!((mean("lognormal(median=1285, top1%=14%, top10%=51%)") - 2_902.0).abs() < 1.0);
        // One in twenty above 1 at s = 1.28: median e^(-1.28 x 1.644854) = 12.18 %.
        let limited = distribution("lognormal(p95=100%, s=1.28)").expect("a shape");
        assert!((limited.quantile(0.5) - 0.121_8).abs() < 1e-4 && (limited.quantile(0.95) - 1.0).abs() < 1e-9);
        assert!((mean("beta(mean=7%, sd=5%)") - 0.07).abs() < 1e-12);
        assert!((mean("pareto(mean=5%, top10%=51%)") - 0.05).abs() < 1e-12);
    }

    #[test]
    fn segments_keep_their_names() {
        let both = members("mixture(90% casual: point(1%), 10% heavy: point(80%))").expect("a population");
        let names: Vec<Option<&str>> = both.segments.iter().map(|segment| segment.name.as_deref()).collect();
        assert_eq!(names, [Some("casual"), Some("heavy")]);
        assert_eq!(members("point(1%)").map(|one| one.segments.len()), Ok(1));
    }

    #[test]
    fn mistakes_say_what_would_be_right() {
        assert_eq!(mistake("lognorml(median=3%, s=1)"), "[lognorml] unknown shape `lognorml`");
        assert_eq!(mistake("beta(2)"), "[beta(2)] `beta` lacks `b`");
        assert_eq!(mistake("beta(2, 3, 4)"), "[4] one argument too many");
        assert_eq!(mistake("beta(2, c=3)"), "[c=3] `beta` has no `c`");
        assert_eq!(mistake("beta(2, a=3)"), "[a=3] `a` is given twice");
        assert_eq!(mistake("beta(2, 50%: 3)"), "[50%: 3] a weight where none goes");
        assert!(mistake("lognormal(s=1)").contains("takes one of `median`, `mean` and `m`"));
        assert!(mistake("lognormal(median=1, s=1, gini=0.5)").contains("takes one of `s`, `sd`, `gini`"));
        assert!(mistake("lognormal(mean=1, p95=9)").contains("no lognormal of mean 1 stays below 9"));
        assert!(mistake("lognormal(median=3, p95=2)").contains("do not grow"));
        assert!(mistake("lognormal(median=3, top10%=5%)").contains("the top 0.1 cannot hold 0.05"));
        assert!(mistake("pareto(1%, 0.9)").contains("above 1, since the mean is infinite up to there"));
        assert!(mistake("mixture(50%: point(1), 30%: point(2))").ends_with("the weights add up to 0.8, not to 1"));
        assert!(mistake("mixture(point(1))").ends_with("a part of a mixture has no weight"));
        assert!(mistake("discrete(50%: 1, 2)").starts_with("[2] a value without a weight"));
        assert!(mistake("-3%").contains("from 0"));
    }
}
