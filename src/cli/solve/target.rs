//! What is to be reached, in words: `margin@20%>=60%`.

use crate::problem::nearest;
use crate::report::Cell;
use crate::scenario::solve as engine;
use crate::units::Ratio;

/// What is to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// As it was asked for.
    pub(super) text: String,
    pub(super) figure: Figure,
    /// The least or the most that the figure may be.
    pub(super) bound: Ratio,
}

/// The figure that a target bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Figure {
    /// Profit over revenue, at least.
    Margin(At),
    /// Profit in dollars per seat and month, at least.
    Profit(At),
    /// Serving cost over revenue, at most.
    Serving(At),
    /// The utilization above which the vendor loses, at least.
    BreakEven,
}

/// The use at which a figure is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// So much of the maximum.
    Utilization(Ratio),
    /// What a population uses on the mean.
    Mean,
}

/// How a target is written.
pub(super) const FORM: &str = "write `margin@20%>=60%`, `profit@50%>=0`, `serving@100%<=75%`, `break-even>=20%`, \
                               `worst-case>=0`, `worst-case-margin>=-100%`, `worst-case-serving<=75%` or, of a \
                               population, `mean-margin>=60%`";

/// Reads one.
pub(super) fn target(text: &str) -> Result<Target, String> {
    let (name, is_least, value) = parts(text)?;
    let (word, at) = match name.split_once('@') {
        Some((word, at)) => (word.trim_end(), Some(at.trim())),
        None => (name, None),
    };
    let figure = match (word, at) {
        ("break-even", None) => Figure::BreakEven,
        ("margin", Some(at)) => Figure::Margin(use_of(at)?),
        ("profit", Some(at)) => Figure::Profit(use_of(at)?),
        ("serving", Some(at)) => Figure::Serving(use_of(at)?),
        ("worst-case" | "worst-case-profit", None) => Figure::Profit(At::full()),
        ("worst-case-margin", None) => Figure::Margin(At::full()),
        ("worst-case-serving", None) => Figure::Serving(At::full()),
        ("mean-margin", None) => Figure::Margin(At::Mean),
        ("mean-profit", None) => Figure::Profit(At::Mean),
        ("mean-serving", None) => Figure::Serving(At::Mean),
        ("margin" | "profit" | "serving", None) => {
            return Err(format!("`{word}` of which use? write `{word}@20%`, or `{word}@mean` for a population"));
        }
        (word, Some(_)) if NAMES.contains(&word) => {
            return Err(format!("`{word}` says its use itself; leave out `@…`"));
        }
        (word, _) => return Err(unknown(word)),
    };
    if figure.is_least() != is_least {
        let (right, wrong) = if is_least { ("<=", "above") } else { (">=", "below") };
        return Err(format!("`{word}` is bounded from {wrong}: write `{right}`"));
    }
    Ok(Target { text: shown(name, is_least, value), bound: bound(&figure, value)?, figure })
}

const NAMES: [&str; 11] = [
    "margin",
    "profit",
    "serving",
    "break-even",
    "worst-case",
    "worst-case-profit",
    "worst-case-margin",
    "worst-case-serving",
    "mean-margin",
    "mean-profit",
    "mean-serving",
];

/// Name, whether the bound is the least, and the bound.
fn parts(text: &str) -> Result<(&str, bool, &str), String> {
    let split = |sign| text.split_once(sign).map(|(name, value)| (name.trim(), value.trim()));
    let (name, is_least, value) = match (split(">="), split("<=")) {
        (Some((name, value)), _) => (name, true, value),
        (None, Some((name, value))) => (name, false, value),
        (None, None) => return Err(format!("no `>=` and no `<=`; {FORM}")),
    };
    if name.is_empty() || value.is_empty() {
        return Err(format!(
            "a figure stands before `{}` and a value after it; {FORM}",
            if is_least { ">=" } else { "<=" }
        ));
    }
    Ok((name, is_least, value))
}

fn shown(name: &str, is_least: bool, value: &str) -> String {
    format!("{name}{}{value}", if is_least { ">=" } else { "<=" })
}

fn unknown(word: &str) -> String {
    match nearest(word, NAMES) {
        Some(near) => format!("`{word}` is no figure of a target; did you mean `{near}`?"),
        None => format!("`{word}` is no figure of a target; {FORM}"),
    }
}

fn use_of(text: &str) -> Result<At, String> {
    if text == "mean" {
        return Ok(At::Mean);
    }
    let wrong = |error: String| format!("`@{text}`: {error}; write a utilization such as `@20%`, or `@mean`");
    let share = Ratio::parse_share(text).map_err(|error| wrong(error.to_string()))?;
    if share.is_negative() {
        return Err(wrong("must not be negative".to_owned()));
    }
    if share > Ratio::one() {
        return Err(wrong("the most is 100%, since a limit serves no more".to_owned()));
    }
    Ok(At::Utilization(share))
}

fn bound(figure: &Figure, text: &str) -> Result<Ratio, String> {
    let form = match figure {
        Figure::Profit(_) => "dollars such as `12.50` or `-5`",
        _ => "a percentage (`60%`), a decimal (`0.6`) or a fraction (`2/35`)",
    };
    let wrong = |error: &dyn std::fmt::Display| format!("`{text}`: {error}; write {form}");
    let value = match figure {
        Figure::Profit(_) => Ratio::parse(text).map_err(|error| wrong(&error))?,
        _ => Ratio::parse_share(text).map_err(|error| wrong(&error))?,
    };
    match figure {
        Figure::Margin(_) if value > Ratio::one() && text.ends_with('%') => {
            Err(format!("`{text}`: a margin is at most 100%"))
        }
        Figure::Margin(_) if value > Ratio::one() => {
            Err(format!("`{text}`: a margin is at most 1, which is 100%; for {text} percent write `{text}%`"))
        }
        Figure::Serving(_) | Figure::BreakEven if value.is_negative() => {
            Err(wrong(&"cannot be negative, so that no value could decide it"))
        }
        _ => Ok(value),
    }
}

impl At {
    fn full() -> Self {
        Self::Utilization(Ratio::one())
    }
}

impl Figure {
    const fn is_least(&self) -> bool {
        !matches!(self, Self::Serving(_))
    }

    /// The use at which it is asked; `None` for a break-even.
    pub(super) const fn at(&self) -> Option<&At> {
        match self {
            Self::Margin(at) | Self::Profit(at) | Self::Serving(at) => Some(at),
            Self::BreakEven => None,
        }
    }

    /// Its name without the use.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Margin(_) => "margin",
            Self::Profit(_) => "profit",
            Self::Serving(_) => "serving",
            Self::BreakEven => "break-even",
        }
    }

    /// Whether it is a share of revenue, so that a free plan has none.
    pub(super) const fn is_of_revenue(&self) -> bool {
        matches!(self, Self::Margin(_) | Self::Serving(_))
    }

    /// A cell of its kind.
    pub(super) fn cell(&self, value: Ratio) -> Cell {
        match self {
            Self::Profit(_) => Cell::Usd(value.into()),
            Self::Margin(_) | Self::Serving(_) | Self::BreakEven => Cell::Share(value.into()),
        }
    }
}

impl Target {
    /// Whether it asks about a population.
    pub(super) const fn is_of_population(&self) -> bool {
        matches!(self.figure.at(), Some(At::Mean))
    }

    /// The question to the engine, at a utilization; a break-even asks at its own.
    pub(super) fn of_engine(&self, utilization: Ratio) -> engine::Target {
        let bound = self.bound.clone();
        match self.figure {
            Figure::Margin(_) => engine::Target::Margin { utilization, least_share: bound },
            Figure::Profit(_) => engine::Target::Profit { utilization, least_usd: bound },
            Figure::Serving(_) => engine::Target::Serving { utilization, most_share: bound },
            Figure::BreakEven => engine::Target::BreakEven { least_utilization: bound },
        }
    }

    /// How far a figure is on the right side of the bound.
    pub(super) fn to_spare(&self, figure: &Ratio) -> Ratio {
        if self.figure.is_least() { figure - &self.bound } else { &self.bound - figure }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        target(text).expect_err("a wrong target")
    }

    #[test]
    fn a_target_is_a_figure_a_use_and_a_bound() {
        let fifth = At::Utilization(Ratio::new(1, 5));
        for (text, figure, bound) in [
            ("margin@20%>=60%", Figure::Margin(fifth.clone()), Ratio::new(3, 5)),
            (" margin @ 1/5 >= 0.6 ", Figure::Margin(fifth.clone()), Ratio::new(3, 5)),
            ("profit@0.2>=-5", Figure::Profit(fifth), Ratio::from(-5)),
            ("worst-case>=0", Figure::Profit(At::full()), Ratio::zero()),
            ("worst-case-serving<=75%", Figure::Serving(At::full()), Ratio::new(3, 4)),
            ("break-even>=120%", Figure::BreakEven, Ratio::new(6, 5)),
            ("mean-margin>=1/3", Figure::Margin(At::Mean), Ratio::new(1, 3)),
            ("margin@mean>=1/3", Figure::Margin(At::Mean), Ratio::new(1, 3)),
        ] {
            let read = target(text).expect(text);
            assert_eq!((read.figure, read.bound), (figure, bound), "{text}");
        }
        assert_eq!(target(" margin @20% >= 60% ").expect("a target").text, "margin @20%>=60%");
    }

    #[test]
    fn a_wrong_target_says_what_would_be_right() {
        for (text, said) in [
            ("margin@20%", "no `>=` and no `<=`"),
            ("margin@20%>60%", "no `>=` and no `<=`"),
            (">=60%", "a figure stands before"),
            ("margin@20%>=", "a value after it"),
            ("margin>=60%", "write `margin@20%`, or `margin@mean`"),
            ("margni@20%>=60%", "did you mean `margin`?"),
            ("speed>=3", "is no figure of a target; write"),
            ("margin@20%<=60%", "`margin` is bounded from below: write `>=`"),
            ("serving@20%>=60%", "`serving` is bounded from above: write `<=`"),
            ("worst-case@20%>=0", "says its use itself"),
            ("margin@-1%>=0", "must not be negative"),
            ("margin@20>=0", "the most is 100%"),
            ("margin@x>=0", "write a utilization such as `@20%`"),
            ("margin@20%>=60", "for 60 percent write `60%`"),
            ("margin@20%>=101%", "`101%`: a margin is at most 100%"),
            ("margin@20%>=lots", "not a plain decimal; write a percentage"),
            ("profit@20%>=5%", "write dollars"),
            ("break-even>=-1%", "cannot be negative"),
        ] {
            assert!(refused(text).contains(said), "{text}: {}", refused(text));
        }
    }
}
