//! Shapes of populations in words: `lognormal(median=3%, s=1.28)`.

use super::call::{self, Argument, Call, Mistake, Value};
use crate::population::{Distribution, Level, Members, Segment};
use crate::problem::nearest;
use crate::units::Ratio;

/// A shape and what its arguments may be.
struct Form {
    name: &'static str,
    /// As one writes it.
    example: &'static str,
    /// Names of its arguments; the first ones may go without.
    keys: &'static [&'static str],
    read: fn(&Args<'_>) -> Result<Distribution, Mistake>,
}

const FORMS: &[Form] = &[
    Form {
        name: "point",
        example: "point(20%)",
        keys: &["value"],
        read: |args| args.made(Distribution::point(args.number("value")?)),
    },
    Form {
        name: "uniform",
        example: "uniform(0, 50%)",
        keys: &["low", "high"],
        read: |args| args.made(Distribution::uniform(args.number("low")?, args.number("high")?)),
    },
    Form {
        name: "beta",
        example: "beta(2, 26)",
        keys: &["a", "b"],
        read: |args| args.made(Distribution::beta(args.number("a")?, args.number("b")?)),
    },
    Form {
        name: "lognormal",
        example: "lognormal(median=3%, s=1.28)",
        keys: &["median", "s", "mean", "m", "truncate", "clamp"],
        read: lognormal,
    },
    Form {
        name: "pareto",
        example: "pareto(floor=1%, a=1.6)",
        keys: &["floor", "a"],
        read: |args| args.made(Distribution::pareto(args.number("floor")?, args.number("a")?)),
    },
    Form { name: "discrete", example: "discrete(60%: 1%, 30%: 8%, 10%: 100%)", keys: &[], read: discrete },
    Form {
        name: "zero_inflated",
        example: "zero_inflated(30%, beta(2, 26))",
        keys: &["share", "rest"],
        read: |args| args.made(Distribution::zero_inflated(args.number("share")?, &args.shape("rest")?)),
    },
    Form {
        name: "mixture",
        example: "mixture(90% casual: beta(2, 26), 10% heavy: point(80%))",
        keys: &[],
        read: |args| {
            let segments = segments(args.call)?;
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
    let Some(form) = FORMS.iter().find(|form| form.name == call.name) else {
        let head = call.span.start..call.span.start + call.name.len();
        let names = || FORMS.iter().map(|form| form.name);
        let help = match nearest(call.name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the shapes are {}", names().collect::<Vec<_>>().join(", ")),
        };
        return Err(Mistake::new(head, format!("unknown shape `{}`", call.name), help));
    };
    let args = Args::new(call, form)?;
    (form.read)(&args)
}

/// The arguments of a call, each under its name.
struct Args<'a> {
    call: &'a Call<'a>,
    form: &'static Form,
}

impl<'a> Args<'a> {
    /// Refuses names that the shape does not have, and those that are given twice.
    fn new(call: &'a Call<'a>, form: &'static Form) -> Result<Self, Mistake> {
        let args = Self { call, form };
        if form.keys.is_empty() {
            return Ok(args);
        }
        let mut seen: Vec<&str> = Vec::new();
        for (nth, arg) in call.args.iter().enumerate() {
            let Some(key) = arg.key.or_else(|| form.keys.get(nth).copied()) else {
                return Err(Mistake::new(arg.span.clone(), "one argument too many", args.help()));
            };
            if !form.keys.contains(&key) {
                let help = nearest(key, form.keys.iter().copied())
                    .map_or_else(|| args.help(), |near| format!("did you mean `{near}`?"));
                return Err(Mistake::new(arg.span.clone(), format!("`{}` has no `{key}`", form.name), help));
            }
            if arg.weight.is_some() {
                return Err(Mistake::new(arg.span.clone(), "a weight where none goes", args.help()));
            }
            if seen.contains(&key) {
                return Err(Mistake::new(arg.span.clone(), format!("`{key}` is given twice"), "keep one"));
            }
            seen.push(key);
        }
        Ok(args)
    }

    fn help(&self) -> String {
        format!("write it as `{}`", self.form.example)
    }

    fn at(&self, key: &str) -> Option<&'a Argument<'a>> {
        let by_place = |nth: usize, arg: &Argument<'_>| match arg.key {
            Some(name) => name == key,
            None => self.form.keys.get(nth) == Some(&key),
        };
        self.call.args.iter().enumerate().find(|(nth, arg)| by_place(*nth, arg)).map(|(_, arg)| arg)
    }

    fn needed(&self, key: &str) -> Result<&'a Argument<'a>, Mistake> {
        self.at(key).ok_or_else(|| {
            Mistake::new(self.call.span.clone(), format!("`{}` lacks `{key}`", self.form.name), self.help())
        })
    }

    fn number(&self, key: &str) -> Result<f64, Mistake> {
        self.number_of(self.needed(key)?)
    }

    fn optional(&self, key: &str) -> Result<Option<f64>, Mistake> {
        self.at(key).map(|arg| self.number_of(arg)).transpose()
    }

    fn number_of(&self, arg: &Argument<'_>) -> Result<f64, Mistake> {
        match &arg.value {
            Value::Number(number) => Ok(number.to_f64()),
            Value::Call(_) => Err(Mistake::new(arg.span.clone(), "a shape where a number goes", self.help())),
        }
    }

    fn shape(&self, key: &str) -> Result<Distribution, Mistake> {
        let arg = self.needed(key)?;
        of_value(&arg.value, arg.span.clone())
    }

    /// What was made of the numbers, or what is wrong with them.
    fn made<E: std::fmt::Display>(&self, made: Result<Distribution, E>) -> Result<Distribution, Mistake> {
        made.map_err(|error| Mistake::new(self.call.span.clone(), error.to_string(), self.help()))
    }
}

fn lognormal(args: &Args<'_>) -> Result<Distribution, Mistake> {
    let levels = [("median", args.optional("median")?), ("mean", args.optional("mean")?), ("m", args.optional("m")?)];
    let mut given = levels.iter().filter_map(|(key, value)| Some((*key, (*value)?)));
    let (Some((key, value)), None) = (given.next(), given.next()) else {
        let message = "`lognormal` takes one of `median`, `mean` and `m`, the mean of the logarithm";
        return Err(Mistake::new(args.call.span.clone(), message, args.help()));
    };
    let level = match key {
        "median" => Level::Median(value),
        "mean" => Level::Mean(value),
        _ => Level::LogMean(value),
    };
    let whole = args.made(Distribution::lognormal(level, args.number("s")?))?;
    match (args.optional("truncate")?, args.optional("clamp")?) {
        (Some(_), Some(_)) => {
            let message = "`truncate` leaves out who wants more, `clamp` keeps him at the bound";
            Err(Mistake::new(args.call.span.clone(), message, "keep one"))
        }
        (Some(bound), None) => args.made(whole.truncated(bound)),
        (None, Some(bound)) => args.made(whole.clamped(bound)),
        (None, None) => Ok(whole),
    }
}

/// `weight: value` pairs, or values of equal weight.
fn discrete(args: &Args<'_>) -> Result<Distribution, Mistake> {
    let values: Vec<f64> = args.call.args.iter().map(|arg| args.number_of(arg)).collect::<Result<_, _>>()?;
    let weights: Vec<f64> = args.call.args.iter().filter_map(|arg| Some(arg.weight.as_ref()?.to_f64())).collect();
    if !weights.is_empty() && weights.len() != values.len() {
        let bare = args.call.args.iter().find(|arg| arg.weight.is_none()).map_or(0..0, |arg| arg.span.clone());
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
        for form in FORMS {
            assert!(distribution(form.example).is_ok(), "{}: {:?}", form.name, distribution(form.example));
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
        assert!(mistake("pareto(1%, 0.9)").contains("above 1, since the mean is infinite up to there"));
        assert!(mistake("mixture(50%: point(1), 30%: point(2))").ends_with("the weights add up to 0.8, not to 1"));
        assert!(mistake("mixture(point(1))").ends_with("a part of a mixture has no weight"));
        assert!(mistake("discrete(50%: 1, 2)").starts_with("[2] a value without a weight"));
        assert!(mistake("-3%").contains("from 0"));
    }
}
