//! Reading cases and comparing answers.

use plancost::units::Ratio;
use serde_json::{Map, Value};

/// The answer of an operation; `None`: the input was refused.
pub(crate) type Answer = Option<Value>;

/// The exact number that a JSON number or text means: a decimal, with an exponent or not, or a fraction.
pub(crate) fn number(value: &Value) -> Option<Ratio> {
    match value {
        Value::Number(number) => decimal(&number.to_string()),
        Value::String(text) => match text.split_once('/') {
            Some((over, under)) => Some(decimal(over)? / decimal(under)?),
            None => decimal(text),
        },
        _ => None,
    }
}

fn decimal(text: &str) -> Option<Ratio> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let places = i32::try_from(mantissa.split_once('.').map_or(0, |(_, part)| part.len())).ok()?;
    let digits: i128 = mantissa.replace('.', "").parse().ok()?;
    let power = |n: i32| Ratio::from(10_i128.pow(n.unsigned_abs()));
    let shift = exponent - places;
    Some(if shift < 0 { Ratio::from(digits) / power(shift) } else { Ratio::from(digits) * power(shift) })
}

/// The number under a key, if the key is there and not null.
pub(crate) fn optional(input: &Value, key: &str) -> Option<Ratio> {
    number(&input[key])
}

/// The number under a key, or a default.
pub(crate) fn number_or(input: &Value, key: &str, default: i32) -> Ratio {
    optional(input, key).unwrap_or_else(|| Ratio::from(default))
}

/// A fraction as the nearest float, which is what reference answers hold.
pub(crate) fn json(value: &Ratio) -> Value {
    Value::from(value.to_f64())
}

/// As [`json`], null for none.
pub(crate) fn json_or_null(value: Option<&Ratio>) -> Value {
    value.map_or(Value::Null, json)
}

/// An object.
pub(crate) fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>())
}

/// Where an answer differs from what a case expects, if it does.
pub(crate) fn disagreement(case: &Value, answer: &Answer) -> Option<String> {
    let expect = &case["expect"];
    let refused = expect.get("error") == Some(&Value::Bool(true));
    match (refused, answer) {
        (true, None) => None,
        (true, Some(got)) => Some(format!("should be refused, got {got}")),
        (false, None) => Some("was refused".to_owned()),
        (false, Some(got)) => {
            let bound = |key: &str| case[key].as_f64().expect("a tolerance");
            let (rel, abs) = (bound("rel"), bound("abs"));
            if case["op"] == "pop.mc_truth" {
                strays(expect, got, rel, abs, "")
            } else {
                differs(expect, got, rel, abs, "")
            }
        }
    }
}

/// Where simulated figures are further from the truth than chance explains: `x` beside `x_se`, or `margin` beside `se`,
/// agrees within four of these standard errors. The errors are estimated from draws too, and agree within a tenth.
fn strays(want: &Value, got: &Value, rel: f64, abs: f64, at: &str) -> Option<String> {
    let Value::Object(wanted) = want else { return differs(want, got, rel, abs, at) };
    wanted.iter().find_map(|(key, value)| {
        let at = format!("{at}.{key}");
        let beside = if key == "margin" { "se".to_owned() } else { format!("{key}_se") };
        match (wanted.get(&beside), got.get(key)) {
            (_, None) => Some(format!("{at} is missing")),
            (Some(error), Some(got)) => differs(value, got, 0.0, 4.0 * error.as_f64().expect("a standard error"), &at),
            (None, Some(got)) if key == "se" || key.ends_with("_se") => differs(value, got, 0.1, abs, &at),
            (None, Some(got)) => strays(value, got, rel, abs, &at),
        }
    })
}

fn differs(want: &Value, got: &Value, rel: f64, abs: f64, at: &str) -> Option<String> {
    match (want, got) {
        (Value::Object(want), Value::Object(got)) => want.iter().find_map(|(key, want)| {
            let at = format!("{at}.{key}");
            match got.get(key) {
                Some(got) => differs(want, got, rel, abs, &at),
                None => Some(format!("{at} is missing")),
            }
        }),
        (Value::Array(want), Value::Array(got)) if want.len() == got.len() => want
            .iter()
            .zip(got)
            .enumerate()
            .find_map(|(i, (want, got))| differs(want, got, rel, abs, &format!("{at}[{i}]"))),
        (Value::Number(want), Value::Number(got)) => {
            let (want, got) = (want.as_f64().expect("a number"), got.as_f64().expect("a number"));
            let agrees = (got - want).abs() <= abs.max(rel * want.abs());
            (!agrees).then(|| format!("{at}: want {want}, got {got}"))
        }
        (want, got) => (want != got).then(|| format!("{at}: want {want}, got {got}")),
    }
}
