//! Uncertain inputs in words: `api_margin=triangular(0.60, 0.75, 0.85)`.

use super::call::{self, Mistake, Value};
use super::form::{self, Form, Signature};
use crate::problem::nearest;
use crate::uncertainty::{Input, InputError};

/// An input of a plan that is not known exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct Uncertain {
    /// Which.
    pub key: Key,
    /// How it is spread.
    pub shape: Shape,
}

/// What may be uncertain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The API gross margin.
    ApiMargin,
    /// Mean utilization.
    Utilization,
    /// The maximum at list prices, in dollars a month.
    MaxApiUsd,
    /// The same as a multiple of what the plan has.
    MaxApiFactor,
    /// Revenue without tax, in dollars a month.
    PriceUsd,
    /// The same as a multiple of what the plan has.
    PriceFactor,
    /// Fixed cost of a subscriber, in dollars a month.
    FixedCostUsd,
}

impl Key {
    /// Every key, by its name.
    pub const ALL: [(&str, Self); 7] = [
        ("api_margin", Self::ApiMargin),
        ("utilization", Self::Utilization),
        ("max_api_usd", Self::MaxApiUsd),
        ("max_api_factor", Self::MaxApiFactor),
        ("price_usd", Self::PriceUsd),
        ("price_factor", Self::PriceFactor),
        ("fixed_cost_usd", Self::FixedCostUsd),
    ];
}

/// How an uncertain input is spread, in its own unit or as a multiple.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// One value.
    Point(f64),
    /// Anything between two values alike.
    Uniform(f64, f64),
    /// Lowest, likeliest and highest.
    Triangular(f64, f64, f64),
    /// The same, more around the likeliest.
    Pert(f64, f64, f64),
    /// Beta on 0 to 1.
    Beta(f64, f64),
    /// Median, and standard deviation of the logarithm.
    Lognormal(f64, f64),
}

impl Shape {
    /// The input, at a multiple of what was written.
    ///
    /// # Errors
    ///
    /// If there is no such distribution; a beta has no multiple but 1.
    pub fn input(self, factor: f64) -> Result<Input, InputError> {
        match self {
            Self::Point(value) => Input::point(value * factor),
            Self::Uniform(low, high) => Input::uniform(low * factor, high * factor),
            Self::Triangular(low, mode, high) => Input::triangular(low * factor, mode * factor, high * factor),
            Self::Pert(low, mode, high) => Input::pert(low * factor, mode * factor, high * factor),
            Self::Beta(a, b) => Input::beta(a, b),
            Self::Lognormal(median, s) => Input::lognormal(median * factor, s),
        }
    }
}

/// A shape with three numbers.
const LOW_MODE_HIGH: &[&str] = &["low", "mode", "high"];

const FORMS: &[Form<Shape>] = &[
    Form {
        is: Signature { name: "point", examples: &["point(0.7)"], keys: &["value"], places: 1, takes: &[] },
        read: |args| Ok(Shape::Point(args.number("value")?)),
    },
    Form {
        is: Signature {
            name: "uniform",
            examples: &["uniform(0.6, 0.85)"],
            keys: &["low", "high"],
            places: 2,
            takes: &[],
        },
        read: |args| Ok(Shape::Uniform(args.number("low")?, args.number("high")?)),
    },
    Form {
        is: Signature {
            name: "triangular",
            examples: &["triangular(0.6, 0.75, 0.85)"],
            keys: LOW_MODE_HIGH,
            places: 3,
            takes: &[],
        },
        read: |args| Ok(Shape::Triangular(args.number("low")?, args.number("mode")?, args.number("high")?)),
    },
    Form {
        is: Signature {
            name: "pert",
            examples: &["pert(0.6, 0.75, 0.85)"],
            keys: LOW_MODE_HIGH,
            places: 3,
            takes: &[],
        },
        read: |args| Ok(Shape::Pert(args.number("low")?, args.number("mode")?, args.number("high")?)),
    },
    Form {
        is: Signature { name: "beta", examples: &["beta(2, 26)"], keys: &["a", "b"], places: 2, takes: &[] },
        read: |args| Ok(Shape::Beta(args.number("a")?, args.number("b")?)),
    },
    Form {
        is: Signature {
            name: "lognormal",
            examples: &["lognormal(1, 0.2)"],
            keys: &["median", "s"],
            places: 2,
            takes: &[],
        },
        read: |args| Ok(Shape::Lognormal(args.number("median")?, args.number("s")?)),
    },
];

/// Reads `KEY=SHAPE`.
///
/// # Errors
///
/// The first mistake, with its place in the text.
pub fn uncertain(text: &str) -> Result<Uncertain, Mistake> {
    const FORM: &str = "write `KEY=SHAPE`, such as `api_margin=triangular(0.60, 0.75, 0.85)`";
    let Some((name, words)) = text.split_once('=') else {
        return Err(Mistake::new(0..text.len(), format!("`{text}` has no `=`"), FORM));
    };
    let name = name.trim();
    let names = || Key::ALL.iter().map(|(name, _)| *name);
    let Some((_, key)) = Key::ALL.iter().find(|(known, _)| *known == name) else {
        let help = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the inputs are {}", names().collect::<Vec<_>>().join(", ")),
        };
        return Err(Mistake::new(0..name.len(), format!("no input `{name}`"), help));
    };
    let shift = text.len() - words.len();
    let placed = |mistake: Mistake| Mistake { span: mistake.span.start + shift..mistake.span.end + shift, ..mistake };
    let shape = match call::parse(words).map_err(placed)? {
        Value::Number(number) => Shape::Point(number.to_f64()),
        Value::Call(call) => form::read(FORMS, &call).map_err(placed)?,
    };
    if let Err(error) = shape.input(1.0) {
        return Err(Mistake::new(shift..text.len(), error.to_string(), FORM));
    }
    if matches!((key, shape), (Key::MaxApiFactor | Key::PriceFactor, Shape::Beta(..))) {
        let help = "take `lognormal(1, 0.2)` or `triangular(0.8, 1, 1.3)`";
        return Err(Mistake::new(shift..text.len(), "a beta lies between 0 and 1 and is no multiple", help));
    }
    Ok(Uncertain { key: *key, shape })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_is_a_key_and_a_shape() {
        let read = uncertain("api_margin=triangular(0.60, 75%, 0.85)").expect("an input");
        assert_eq!(read, Uncertain { key: Key::ApiMargin, shape: Shape::Triangular(0.6, 0.75, 0.85) });
        assert_eq!(uncertain("utilization=5%").map(|read| read.shape), Ok(Shape::Point(0.05)));
    }

    #[test]
    fn every_form_is_written_as_its_example() {
        for example in FORMS.iter().flat_map(|form| form.is.examples) {
            let key = if example.starts_with("beta") { "utilization" } else { "max_api_factor" };
            assert!(uncertain(&format!("{key}={example}")).is_ok(), "{example}");
        }
    }

    #[test]
    fn mistakes_have_their_place() {
        let mistake = |text: &str| {
            let mistake = uncertain(text).expect_err("a mistake");
            (text[mistake.span.clone()].to_owned(), mistake.message)
        };
        assert_eq!(mistake("api_margin"), ("api_margin".into(), "`api_margin` has no `=`".into()));
        assert_eq!(mistake("api_margn=0.7"), ("api_margn".into(), "no input `api_margn`".into()));
        assert_eq!(mistake("api_margin=triangle(1)"), ("triangle".into(), "unknown shape `triangle`".into()));
        assert_eq!(mistake("api_margin=pert(0.6, 0.7)").0, "pert(0.6, 0.7)");
        assert_eq!(mistake("price_factor=beta(2, 26)").0, "beta(2, 26)");
        assert_eq!(mistake("api_margin=triangular(0.9, 0.7, 0.8)").0, "triangular(0.9, 0.7, 0.8)");
    }
}
