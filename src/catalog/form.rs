//! Calls that may be written, and what their arguments are.

use super::call::{Argument, Call, Mistake, Value};
use crate::problem::nearest;
use crate::units::Ratio;

/// A call by name and what is made of it.
pub(super) struct Form<T> {
    pub(super) is: Signature,
    pub(super) read: fn(&Args<'_>) -> Result<T, Mistake>,
}

/// What a call looks like.
pub(super) struct Signature {
    pub(super) name: &'static str,
    /// As one writes it.
    pub(super) examples: &'static [&'static str],
    /// Names of its arguments.
    pub(super) keys: &'static [&'static str],
    /// How many of them may go without their names.
    pub(super) places: usize,
    /// Takes quantiles (`p95=`) or top shares (`top10%=`).
    pub(super) takes: &'static [Known],
}

/// Reads a call as one of the forms.
pub(super) fn read<T>(forms: &'static [Form<T>], call: &Call<'_>) -> Result<T, Mistake> {
    let names = || forms.iter().map(|form| form.is.name);
    let Some(form) = forms.iter().find(|form| form.is.name == call.name) else {
        let head = call.span.start..call.span.start + call.name.len();
        let help = match nearest(call.name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the shapes are {}", names().collect::<Vec<_>>().join(", ")),
        };
        return Err(Mistake::new(head, format!("unknown shape `{}`", call.name), help));
    };
    (form.read)(&Args::new(call, &form.is)?)
}

/// A figure that is known of a population, as an argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Known {
    /// `p95=25%`: the value that a share stays below.
    Quantile,
    /// `top10%=51%`: what the heaviest share holds.
    TopShare,
}

impl Known {
    /// The share that a key names: 0.95 of `p95`, 0.1 of `top10%`.
    fn share(self, key: &str) -> Option<f64> {
        let digits = match self {
            Self::Quantile => key.strip_prefix('p')?,
            Self::TopShare => key.strip_prefix("top")?.trim_end_matches('%'),
        };
        Ratio::parse(digits).ok().map(|percent| (percent / Ratio::from(100)).to_f64())
    }
}

/// The arguments of a call, each under its name.
pub(super) struct Args<'a> {
    call: &'a Call<'a>,
    is: &'static Signature,
}

impl<'a> Args<'a> {
    /// Refuses names that the shape does not have, and those that are given twice.
    fn new(call: &'a Call<'a>, is: &'static Signature) -> Result<Self, Mistake> {
        let args = Self { call, is };
        if is.keys.is_empty() {
            return Ok(args);
        }
        let mut seen: Vec<&str> = Vec::new();
        for (nth, arg) in call.args.iter().enumerate() {
            let Some(key) = arg.key.or_else(|| is.keys[..is.places].get(nth).copied()) else {
                return Err(Mistake::new(arg.span.clone(), "one argument too many", args.help()));
            };
            if !is.keys.contains(&key) && !is.takes.iter().any(|known| known.share(key).is_some()) {
                let help = nearest(key, is.keys.iter().copied())
                    .map_or_else(|| args.help(), |near| format!("did you mean `{near}`?"));
                return Err(Mistake::new(arg.span.clone(), format!("`{}` has no `{key}`", is.name), help));
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

    pub(super) fn call(&self) -> &'a Call<'a> {
        self.call
    }

    pub(super) fn help(&self) -> String {
        let examples: Vec<String> = self.is.examples.iter().map(|example| format!("`{example}`")).collect();
        format!("write it as {}", examples.join(" or "))
    }

    pub(super) fn contradiction(&self, rule: &str) -> Mistake {
        Mistake::new(self.call.span.clone(), format!("`{}` {rule}", self.is.name), self.help())
    }

    /// What is known of the population: shares and what goes with them.
    pub(super) fn known(&self, kind: Known) -> Result<Vec<(f64, f64)>, Mistake> {
        let of_kind = |arg: &'a Argument<'a>| Some((kind.share(arg.key?)?, arg));
        self.call.args.iter().filter_map(of_kind).map(|(share, arg)| Ok((share, self.number_of(arg)?))).collect()
    }

    fn at(&self, key: &str) -> Option<&'a Argument<'a>> {
        let by_place = |nth: usize, arg: &Argument<'_>| match arg.key {
            Some(name) => name == key,
            None => self.is.keys.get(nth) == Some(&key),
        };
        self.call.args.iter().enumerate().find(|(nth, arg)| by_place(*nth, arg)).map(|(_, arg)| arg)
    }

    pub(super) fn needed(&self, key: &str) -> Result<&'a Argument<'a>, Mistake> {
        self.at(key).ok_or_else(|| {
            Mistake::new(self.call.span.clone(), format!("`{}` lacks `{key}`", self.is.name), self.help())
        })
    }

    pub(super) fn number(&self, key: &str) -> Result<f64, Mistake> {
        self.number_of(self.needed(key)?)
    }

    pub(super) fn optional(&self, key: &str) -> Result<Option<f64>, Mistake> {
        self.at(key).map(|arg| self.number_of(arg)).transpose()
    }

    pub(super) fn number_of(&self, arg: &Argument<'_>) -> Result<f64, Mistake> {
        match &arg.value {
            Value::Number(number) => Ok(number.to_f64()),
            Value::Call(_) => Err(Mistake::new(arg.span.clone(), "a shape where a number goes", self.help())),
        }
    }

    /// What was made of the numbers, or what is wrong with them.
    pub(super) fn made<T, E: std::fmt::Display>(&self, made: Result<T, E>) -> Result<T, Mistake> {
        made.map_err(|error| Mistake::new(self.call.span.clone(), error.to_string(), self.help()))
    }
}
