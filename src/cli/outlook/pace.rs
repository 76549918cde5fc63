//! How fast things change, as flags say it.

use crate::catalog::codes;
use crate::cli::Stop;
use crate::problem::{Problem, nearest};
use crate::scenario::outlook::{Ceiling, DEFLATIONS, Deflation, Outlook, OutlookError, Segment, Trend};
use crate::units::Ratio;

/// What shows the named paces.
pub(super) const LIST: &str = "list";

/// How serving gets cheaper.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decline {
    /// As it was asked for: `frontier`, `2x`, `25%`.
    pub(super) name: String,
    pub(super) trend: Trend,
}

/// A change by a share of itself each year.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub(super) value: Ratio,
    trend: Trend,
}

/// A part of the serving cost.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    name: String,
    share: Ratio,
    decline: Decline,
    /// `None`: as all use.
    growth: Option<Change>,
}

/// What may become of use and the cost of serving it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scenario {
    /// How serving gets cheaper, in a word.
    pub(super) name: String,
    /// Growth of use; of parts with their own, what the others have.
    pub(super) growth: Change,
    /// Times cheaper a year; `None`: parts differ.
    pub(super) times_cheaper: Option<Ratio>,
    parts: Vec<Part>,
}

/// The pace of a name of the table.
pub(super) fn named(name: &str) -> Option<Decline> {
    Deflation::named(name).map(|pace| Decline { name: name.to_owned(), trend: pace.trend() })
}

/// `25%`, `0.25`, `2x` or a name.
pub(super) fn decline(text: &str) -> Result<Decline, String> {
    const FORMS: &str = "write a share (`25%`), so many times cheaper (`2x`) or one of the names that `list` shows";
    let text = text.trim();
    if text == LIST {
        return Ok(Decline { name: LIST.to_owned(), trend: Trend::none() });
    }
    if let Some(decline) = named(text) {
        return Ok(decline);
    }
    let made = |trend: Result<Trend, OutlookError>| {
        trend.map(|trend| Decline { name: text.to_owned(), trend }).map_err(|error| error.to_string())
    };
    if let Some(factor) = text.strip_suffix(['x', 'X']).and_then(|factor| Ratio::parse(factor.trim_end()).ok()) {
        return made(Trend::times_cheaper(&factor));
    }
    match Ratio::parse_share(text) {
        Ok(share) if share >= Ratio::one() => Err(if text.ends_with('%') {
            "that leaves nothing after a year; write less than `100%`, or so many times cheaper (`40x`)".to_owned()
        } else {
            format!(
                "that leaves nothing after a year; for {text} times cheaper write `{text}x`, for {text} percent `{text}%`"
            )
        }),
        Ok(share) if share.abs() > Ratio::from(MOST) => Err(format!("that is far above any pace; {FORMS}")),
        Ok(share) => made(Trend::decline(&share)),
        Err(_) => match nearest(text, DEFLATIONS.iter().map(|pace| pace.id)) {
            Some(near) => Err(format!("did you mean `{near}`?")),
            None => Err(FORMS.to_owned()),
        },
    }
}

/// Growth above this, written without a percent sign, is a percentage that lacks it.
const MOST: i128 = 10;

/// A change a year: `50%`, `0.5`, `-5%`.
pub(super) fn growth(text: &str) -> Result<Change, String> {
    let text = text.trim();
    let value =
        Ratio::parse_share(text).map_err(|error| format!("{error}; write a share such as `50%`, `0.5` or `-5%`"))?;
    if value > Ratio::from(MOST) && !text.ends_with('%') {
        return Err(format!("growth is a share of a year's; for {text} percent write `{text}%`"));
    }
    let trend = Trend::growth(&value).map_err(|_| "nothing would be left; write more than `-100%`".to_owned())?;
    Ok(Change { value, trend })
}

/// `frontier:60%`, `big:60%:1.2x`, `big:60%:1.2x:80%`.
pub(super) fn part(text: &str) -> Result<Part, String> {
    const FORM: &str = "write NAME:SHARE, NAME:SHARE:PACE or NAME:SHARE:PACE:GROWTH, such as `frontier:60%:1.2x`";
    let words: Vec<&str> = text.split(':').map(str::trim).collect();
    let (&[name, share], rest) = words.split_first_chunk().ok_or(FORM)?;
    if name.is_empty() || rest.len() > 2 {
        return Err(FORM.to_owned());
    }
    let share = crate::cli::values::share(share).map_err(|error| format!("the share of `{name}`: {error}"))?;
    let decline = match (rest.first(), named(name)) {
        (Some(&LIST), _) => return Err(FORM.to_owned()),
        (Some(pace), _) => decline(pace).map_err(|error| format!("the pace of `{name}`: {error}"))?,
        (None, Some(pace)) => pace,
        (None, None) => {
            return Err(format!(
                "`{name}` is no named pace; add how it gets cheaper, such as `{name}:{}:2x`",
                words[1]
            ));
        }
    };
    let growth = rest.get(1).map(|text| growth(text)).transpose();
    Ok(Part {
        name: name.to_owned(),
        share,
        decline,
        growth: growth.map_err(|error| format!("the growth of `{name}`: {error}"))?,
    })
}

/// Refuses parts that are no whole.
pub(super) fn whole(parts: &[Part]) -> Result<(), Stop> {
    let sum: Ratio = parts.iter().map(|part| part.share.clone()).sum();
    let twice = parts.iter().enumerate().find(|(at, part)| parts[..*at].iter().any(|known| known.name == part.name));
    let problem = match (parts, twice) {
        ([], _) => return Ok(()),
        (_, Some((_, part))) => Problem::error(codes::USAGE, format!("`--segment {}` is given twice", part.name))
            .help("give each part of the serving cost a name of its own"),
        _ if sum != Ratio::one() => {
            let percent = (sum * Ratio::from(100)).to_decimal_trimmed(0, 4);
            Problem::error(codes::USAGE, format!("the segments are {percent}% of the serving cost, not all of it"))
                .help("shares add up to 100%: `--segment frontier:60% --segment mid-tier:40%`")
        }
        _ => return Ok(()),
    };
    Err(problem.into())
}

impl Change {
    /// No change.
    pub(super) fn none() -> Self {
        Self { value: Ratio::zero(), trend: Trend::none() }
    }

    pub(super) fn trend(&self) -> Trend {
        self.trend.clone()
    }

    /// With its sign: `+50%`.
    pub(super) fn signed(&self) -> String {
        let percent = (&self.value * Ratio::from(100)).to_decimal_trimmed(0, 4);
        format!("{}{percent}%", if self.value.is_negative() { "" } else { "+" })
    }
}

impl Part {
    /// Whether it has growth of its own.
    pub(super) fn grows(&self) -> bool {
        self.growth.as_ref().is_some_and(|growth| !growth.value.is_zero())
    }
}

impl Decline {
    /// How many times cheaper a year makes it.
    fn times_cheaper(&self) -> Ratio {
        Ratio::one() / self.trend.per_year()
    }

    /// `mid-tier 40x (9x to 900x)`, `2x`, `25% (1.33x)`.
    fn words(&self) -> String {
        let times = |factor: &Ratio| format!("{}x", factor.to_decimal_trimmed(0, 2));
        let factor = times(&self.times_cheaper());
        let range = Deflation::named(&self.name).and_then(Deflation::range_per_year);
        let of = |what: String| if self.name == what { what } else { format!("{} {what}", self.name) };
        match range {
            Some((slow, fast)) => format!("{} {factor} ({} to {})", self.name, times(&slow), times(&fast)),
            None if Deflation::named(&self.name).is_some() => of(factor),
            None if self.name.ends_with(['x', 'X']) => self.name.clone(),
            None => format!("{} ({factor})", self.name),
        }
    }
}

impl Scenario {
    /// All use alike.
    pub(super) fn of(decline: &Decline, growth: &Change) -> Self {
        let whole = Part { name: String::new(), share: Ratio::one(), decline: decline.clone(), growth: None };
        Self {
            name: decline.name.clone(),
            growth: growth.clone(),
            times_cheaper: Some(decline.times_cheaper()),
            parts: vec![whole],
        }
    }

    /// Parts with paces of their own.
    pub(super) fn of_parts(parts: &[Part], growth: &Change) -> Self {
        Self { name: "segments".to_owned(), growth: growth.clone(), times_cheaper: None, parts: parts.to_vec() }
    }

    /// Whether use of any part grows.
    pub(super) fn grows(&self) -> bool {
        self.parts.iter().any(|part| part.growth.as_ref().unwrap_or(&self.growth).value.is_positive())
    }

    /// What becomes of a plan at a utilization, that costs so much to serve at full use.
    pub(super) fn outlook(
        &self,
        [revenue_usd, net_usd, full_usd]: [&Ratio; 3],
        utilization: &Ratio,
        price: Trend,
        ceiling: Ceiling,
    ) -> Result<Outlook, OutlookError> {
        let segment = |part: &Part| {
            let growth = part.growth.as_ref().unwrap_or(&self.growth).trend();
            Segment::new(utilization.clone(), full_usd * &part.share, growth, part.decline.trend.clone(), ceiling)
        };
        let segments = self.parts.iter().map(segment).collect::<Result<_, _>>()?;
        Ok(Outlook { revenue_usd: revenue_usd.clone(), net_usd: net_usd.clone(), price, segments })
    }
}

/// The scenarios of each growth of use together.
pub(super) fn by_growth(scenarios: &[Scenario]) -> Vec<&[Scenario]> {
    scenarios.chunk_by(|a, b| a.growth == b.growth).collect()
}

/// The paces of the scenarios, each once, in words.
pub(super) fn paces(scenarios: &[Scenario]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for (scenario, part) in scenarios.iter().flat_map(|one| one.parts.iter().map(move |part| (one, part))) {
        let pace = part.decline.words();
        let word = if part.name.is_empty() {
            pace
        } else {
            let share = (&part.share * Ratio::from(100)).to_decimal_trimmed(0, 4);
            let grown = part.growth.as_ref().unwrap_or(&scenario.growth);
            let name = if part.name == part.decline.name { String::new() } else { format!("{} ", part.name) };
            let use_of = if part.growth.is_some() { format!(", use {}", grown.signed()) } else { String::new() };
            format!("{share}% {name}{pace}{use_of}")
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// Where the named paces of the scenarios come from.
pub(super) fn sources(scenarios: &[Scenario]) -> Option<String> {
    let is_used =
        |pace: &&Deflation| scenarios.iter().flat_map(|one| &one.parts).any(|part| part.decline.name == pace.id);
    DEFLATIONS.iter().any(|pace| is_used(&pace)).then(|| {
        "Named paces were measured on prices; that cost falls as fast is an assumption (--cost-decline list has sources)."
            .to_owned()
    })
}

/// The named paces with their figures and sources.
pub(super) fn list() -> String {
    let mut out =
        "Times cheaper a year, measured on prices. That the cost of serving falls as fast is an assumption.\n"
            .to_owned();
    for pace in &DEFLATIONS {
        let decline = Decline { name: pace.id.to_owned(), trend: pace.trend() };
        out += &format!("\n{}\n", decline.words());
        out += &filled(pace.what);
        out += &format!("  {}\n", pace.source);
    }
    out
}

/// Words in lines of at most 78 columns, indented.
fn filled(text: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        if column == 0 || column + 1 + word.len() > 78 {
            out += if column == 0 { "  " } else { "\n  " };
            column = 2 + word.len();
        } else {
            out.push(' ');
            column += 1 + word.len();
        }
        out += word;
    }
    out + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_a_share_so_many_times_or_a_name() {
        let per_year = |text: &str| decline(text).map(|pace| pace.trend.per_year().to_exact());
        assert_eq!(per_year("25%"), Ok("0.75".to_owned()));
        assert_eq!(per_year("0.25"), Ok("0.75".to_owned()));
        assert_eq!(per_year("2x"), Ok("0.5".to_owned()));
        assert_eq!(per_year("-10%"), Ok("1.1".to_owned()));
        assert_eq!(per_year("mid-tier"), Ok("0.025".to_owned()));
        for (text, wanted) in [
            ("2", "for 2 times cheaper write `2x`"),
            ("100%", "write less than `100%`"),
            ("0x", "more than 0"),
            ("fronteir", "did you mean `frontier`?"),
            ("nan", "write a share"),
            ("", "write a share"),
        ] {
            let error = decline(text).expect_err(text);
            assert!(error.contains(wanted), "{text}: {error}");
        }
    }

    #[test]
    fn growth_above_ten_lacks_its_percent_sign() {
        assert_eq!(growth("50%").map(|change| change.signed()), Ok("+50%".to_owned()));
        assert_eq!(growth("-5%").map(|change| change.signed()), Ok("-5%".to_owned()));
        assert!(growth("5000%").is_ok());
        assert!(growth("50").expect_err("5000 %").contains("write `50%`"));
        assert!(growth("-100%").expect_err("nothing").contains("more than `-100%`"));
    }

    #[test]
    fn a_part_takes_the_pace_of_its_name() {
        let frontier = part("frontier:60%").expect("a part");
        assert_eq!((frontier.decline.name.as_str(), frontier.growth), ("frontier", None));
        assert_eq!(
            part("big:60%:1.2x:80%").expect("a part").growth.map(|grown| grown.signed()),
            Some("+80%".to_owned())
        );
        for (text, wanted) in [
            ("big:60%", "`big` is no named pace"),
            ("big", "write NAME:SHARE"),
            (":60%:2x", "write NAME:SHARE"),
            ("big:160%:2x", "a share is at most 1"),
            ("big:60%:2", "the pace of `big`"),
            ("big:60%:2x:50", "the growth of `big`"),
            ("a:1%:2x:1%:1%", "write NAME:SHARE"),
        ] {
            let error = part(text).expect_err(text);
            assert!(error.contains(wanted), "{text}: {error}");
        }
    }
}
