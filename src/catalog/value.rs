//! The kinds of value a key may hold, each read from the text as it was written.
//!
//! Numbers never pass through binary floats: the literal is sliced from the source, so `0.1` is one tenth and a
//! number in another notation can be answered with the notation that is right.

use toml::Spanned;
use toml::de::DeValue;

use super::read::{Reader, Spot, shown};
use super::{codes, distribution};
use crate::allowance::Window;
use crate::fact::Basis;
use crate::population::Members;
use crate::problem::{Place, Problem, nearest};
use crate::units::{Date, ParseNumberError, Rate, Ratio};

/// Something that stands in a source.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

/// What a table has under a key.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(Default))]
pub(super) enum Key<T> {
    #[cfg_attr(test, default)]
    Absent,
    /// Written, but not understood; the problem is reported.
    Wrong,
    Is(At<T>),
}

impl<T> Key<T> {
    pub(super) fn at(&self) -> Option<&At<T>> {
        if let Self::Is(at) = self { Some(at) } else { None }
    }

    pub(super) fn get(&self) -> Option<&T> {
        self.at().map(|at| &at.value)
    }

    pub(super) fn place(&self) -> Option<&Place> {
        self.at().map(|at| &at.place)
    }

    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// A kind of value.
pub(super) trait Value: Sized {
    /// Whether `--set` may name something inside it.
    const HAS_KEYS: bool = false;

    /// The value, or `None` if that is reported as a problem.
    fn read(reader: &mut Reader, spot: &Spot<'_>) -> Option<Self>;
}

/// The JSON Schema of a kind of value, written where the value is.
macro_rules! inline_schema {
    ($name:ident $($schema:tt)+) => {
        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($($schema)+)
            }
        }
    };
}

/// Declares kinds of value that wrap another type, with the schema of each.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident($inner:ty) = $schema:tt, $read:expr;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Debug)]
        pub(super) struct $name(pub(super) $inner);

        impl Value for $name {
            fn read(reader: &mut Reader, spot: &Spot<'_>) -> Option<Self> {
                let read: fn(&mut Reader, &Spot<'_>) -> Option<$inner> = $read;
                read(reader, spot).map(Self)
            }
        }

        $crate::catalog::value::inline_schema! { $name $schema }
    )+};
}

kinds! {
    /// A short name.
    Id(String) = {"type": "string", "pattern": "^[a-z0-9._/-]{1,128}$"}, id;
    /// A name for people.
    Name(String) = {"type": "string", "minLength": 1, "maxLength": 200}, name;
    /// The exact name of a model.
    Model(String) = {"type": "string", "minLength": 1, "maxLength": 200}, name;
    /// Prose.
    Text(String) = {"type": "string", "minLength": 1}, text;
    /// How a quantity is spread, in words.
    Shape(Members) = {"type": "string", "pattern": "^[0-9a-z]"}, |reader, spot| {
        let text = text(reader, spot)?;
        match distribution::members(&text) {
            Ok(members) => Some(members),
            Err(mistake) => {
                let rule = format!("is no shape: {}", mistake.message);
                reader.value_problem(spot, codes::SHAPE, &rule, &mistake.help);
                None
            }
        }
    };
    /// An ISO 4217 code.
    Currency(String) = {"type": "string", "pattern": "^[A-Z]{3}$"}, currency;
    /// An amount of money, from 0.
    Money(Ratio) = {"type": "number", "minimum": 0},
        |reader, spot| decimal(reader, spot, Notation::Plain, Least::Zero, None);
    /// What a unit of money is worth: above 0.
    Worth(Ratio) = {"type": "number", "exclusiveMinimum": 0},
        |reader, spot| decimal(reader, spot, Notation::Plain, Least::AboveZero, None);
    /// Dollars per million tokens.
    PerMtok(Rate) = {"type": "number", "minimum": 0, "maximum": 1_000_000}, |reader, spot| {
        let most = Ratio::from(i128::from(Rate::MAX_USD_PER_MTOK));
        let usd = decimal(reader, spot, Notation::Plain, Least::Zero, Some(&most))?;
        Some(Rate::from_usd_per_mtok(&usd).expect("twelve decimals, and not above the most"))
    };
    /// A share, from 0 to 1.
    Share(Ratio) = {"type": "number", "minimum": 0, "maximum": 1},
        |reader, spot| share(reader, spot, Least::Zero);
    /// A share below 1.
    PartShare(Ratio) = {"type": "number", "minimum": 0, "exclusiveMaximum": 1}, |reader, spot| {
        let share = share(reader, spot, Least::Zero)?;
        if share < Ratio::one() {
            return Some(share);
        }
        reader.value_problem(spot, codes::RANGE, "must be below 1", "a share of 1 would leave nothing to pay");
        None
    };
    /// A margin: at most 1, below 0 where the API is sold at a loss.
    Margin(Ratio) = {"type": "number", "maximum": 1}, |reader, spot| share(reader, spot, Least::Any);
    /// A number, from 0.
    Number(Ratio) = {"type": "number", "minimum": 0},
        |reader, spot| decimal(reader, spot, Notation::Grouped, Least::Zero, None);
    /// A number above 0.
    Positive(Ratio) = {"type": "number", "exclusiveMinimum": 0},
        |reader, spot| decimal(reader, spot, Notation::Grouped, Least::AboveZero, None);
    /// A whole number, from 0.
    Count(u64) = {"type": "integer", "minimum": 0}, |reader, spot| count(reader, spot, 0);
    /// A whole number, from 1.
    AtLeastOne(u64) = {"type": "integer", "minimum": 1}, |reader, spot| count(reader, spot, 1);
    /// Turns of a conversation.
    Turns(u32) = {"type": "integer", "minimum": 1, "maximum": 10_000}, |reader, spot| {
        let turns = count(reader, spot, 1)?;
        if let Some(turns) = u32::try_from(turns).ok().filter(|turns| *turns <= 10_000) {
            return Some(turns);
        }
        reader.value_problem(spot, codes::RANGE, "must be at most 10000", "a whole number");
        None
    };
    /// Hours of a day, in hundredths.
    HoursOfDay(Ratio) = {"type": "number", "minimum": 0, "maximum": 24}, |reader, spot| {
        let hours = decimal(reader, spot, Notation::Plain, Least::Zero, None)?;
        if crate::allowance::Hours::new(&hours).is_some_and(|hours| hours <= crate::allowance::Hours::DAY) {
            return Some(hours);
        }
        reader.value_problem(spot, codes::RANGE, "must be at most 24", "hours, with at most two decimals");
        None
    };
    /// Days of a week.
    Days(u64) = {"type": "integer", "minimum": 0, "maximum": 7}, |reader, spot| up_to(reader, spot, 7);
    /// Decimals of an amount.
    Decimals(u64) = {"type": "integer", "minimum": 0, "maximum": 9}, |reader, spot| up_to(reader, spot, 9);
    /// A day.
    Day(Date) = {"type": "string", "format": "date"}, day;
    /// Yes or no.
    Flag(bool) = {"type": "boolean"}, |reader, spot| match spot.value.get_ref() {
        DeValue::Boolean(flag) => Some(*flag),
        _ => reader.wrong_type(spot, "`true` or `false`"),
    };
    /// Lowest and highest.
    Pair((Ratio, Ratio)) = {
        "type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 2, "maxItems": 2
    }, pair;
    /// A span of hours, in minutes since midnight.
    Hours((u16, u16)) = {
        "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
    }, hours;
    /// A number of days.
    Age(u64) = {"type": "string", "pattern": "^[0-9]{1,5}d$"}, age;
    /// How often a grant renews.
    Every(Window) = {"type": "string", "pattern": "^([0-9]+([.][0-9]+)?[hd]|day|week|month)$"}, every;
}

/// Declares kinds of value that are one of a few words.
macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident { $($word:literal => $variant:ident,)+ })+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum $name { $($variant,)+ }

        impl Value for $name {
            fn read(reader: &mut Reader, spot: &Spot<'_>) -> Option<Self> {
                let words = [$($word),+];
                match word(reader, spot, &words)? {
                    $($word => Some(Self::$variant),)+
                    _ => Option::None,
                }
            }
        }

        $crate::catalog::value::inline_schema! { $name {"type": "string", "enum": [$($word),+]} }
    )+};
}

pub(super) use inline_schema;
pub(super) use words;

words! {
    /// How a figure is known.
    BasisWord { "published" => Published, "measured" => Measured, "estimated" => Estimated, }
    /// The period of a price.
    Billed { "month" => Month, "year" => Year, }
    /// Which use a plan's maximum stands for.
    MixWord { "as-measured" => AsMeasured, "worst-case" => WorstCase, }
    /// How use past the limit is sold.
    OverageKind { "metered" => Metered, "prepaid" => Prepaid, }
    /// A channel of payment.
    FeesWord { "none" => None, "card" => Card, "store" => Store, "store-reduced" => StoreReduced, }
    /// When to colour.
    ColorWord { "auto" => Auto, "always" => Always, "never" => Never, }
    /// The form of a document.
    FormatWord {
        "table" => Table, "plain" => Plain, "json" => Json, "jsonl" => Jsonl, "csv" => Csv, "tsv" => Tsv,
        "markdown" => Markdown,
    }
    /// A day of the week.
    Weekday {
        "mon" => Mon, "tue" => Tue, "wed" => Wed, "thu" => Thu, "fri" => Fri, "sat" => Sat, "sun" => Sun,
    }
}

impl From<BasisWord> for Basis {
    fn from(word: BasisWord) -> Self {
        match word {
            BasisWord::Published => Self::Published,
            BasisWord::Measured => Self::Measured,
            BasisWord::Estimated => Self::Estimated,
        }
    }
}

/// Several values in brackets; at least one.
#[derive(Clone, Debug)]
pub(super) struct List<T>(pub(super) Vec<At<T>>);

impl<T: Value> Value for List<T> {
    fn read(reader: &mut Reader, spot: &Spot<'_>) -> Option<Self> {
        let DeValue::Array(array) = spot.value.get_ref() else {
            return reader.wrong_type(spot, &format!("a list: `{} = [...]`", spot.key));
        };
        if array.is_empty() {
            reader.value_problem(spot, codes::RANGE, "must not be empty", "leave the key out instead");
            return None;
        }
        let items: Vec<_> = array
            .iter()
            .filter_map(|value| {
                let item = spot.item(value);
                Some(At { value: T::read(reader, &item)?, place: item.place() })
            })
            .collect();
        (items.len() == array.len()).then_some(Self(items))
    }
}

#[cfg(test)]
impl<T: schemars::JsonSchema> schemars::JsonSchema for List<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("{}List", T::schema_name()).into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let items = generator.subschema_for::<T>();
        schemars::json_schema!({"type": "array", "items": items, "minItems": 1})
    }
}

#[cfg(test)]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Key<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<T>()
    }
}

/// How a number may be written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Notation {
    /// Money: digits and a point.
    Plain,
    /// Counts: `_` may part the digits.
    Grouped,
}

/// The least a number may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Least {
    Any,
    Zero,
    AboveZero,
}

fn decimal(
    reader: &mut Reader,
    spot: &Spot<'_>,
    notation: Notation,
    least: Least,
    most: Option<&Ratio>,
) -> Option<Ratio> {
    let raw = spot.raw();
    let text = match spot.value.get_ref() {
        DeValue::Integer(_) | DeValue::Float(_) => raw,
        DeValue::String(quoted) => {
            let problem =
                reader.value_error(spot, codes::DECIMAL, &format!("must be a plain decimal, found `{}`", shown(raw)));
            let number = quoted.trim().trim_start_matches('$').trim_end_matches("USD").trim();
            reader.report(if Ratio::parse(number).is_ok() {
                problem.help(format!("write it without quotes: `{number}`"))
            } else if quoted.ends_with('%') {
                problem.help("a share is a fraction: `0.2` for 20 %".to_owned())
            } else {
                unknown_help(problem, spot.key)
            });
            return None;
        }
        _ => return reader.wrong_type(spot, "a plain decimal"),
    };
    let parsed = if notation == Notation::Grouped && !text.starts_with("0x") {
        Ratio::parse(&text.replace('_', ""))
    } else {
        Ratio::parse(text)
    };
    let value = match parsed {
        Ok(value) => value,
        Err(why) => {
            let found = format!("must be a plain decimal, found `{}`", shown(text));
            let problem = reader.value_error(spot, codes::DECIMAL, &found);
            reader.report(decimal_help(problem, spot, text, why));
            return None;
        }
    };
    let low = match least {
        Least::Any => false,
        Least::Zero => value.is_negative(),
        Least::AboveZero => !value.is_positive(),
    };
    if low {
        let (rule, help) = if least == Least::Zero {
            ("must not be negative", "0 or more")
        } else {
            ("must be above 0", "leave the key out if it is not known")
        };
        reader.value_problem(spot, codes::RANGE, rule, help);
        return None;
    }
    if let Some(most) = most.filter(|most| value > **most) {
        let (rule, help) = if *most == Ratio::one() {
            ("must be at most 1".to_owned(), "a share is a fraction: `0.2` for 20 %".to_owned())
        } else {
            (format!("must be at most {}", most.to_exact()), "dollars per million tokens, not per token".to_owned())
        };
        reader.value_problem(spot, codes::RANGE, &rule, &help);
        return None;
    }
    Some(value)
}

fn share(reader: &mut Reader, spot: &Spot<'_>, least: Least) -> Option<Ratio> {
    if spot.is_set()
        && let DeValue::String(text) = spot.value.get_ref()
        && let Some(number) = text.strip_suffix('%')
        && let Ok(percent) = Ratio::parse(number)
        && percent <= Ratio::from(100)
        && (least == Least::Any || !percent.is_negative())
    {
        return Some(percent / Ratio::from(100));
    }
    decimal(reader, spot, Notation::Plain, least, Some(&Ratio::one()))
}

/// What would be right instead of a number in another notation.
fn decimal_help(problem: Problem, spot: &Spot<'_>, text: &str, why: ParseNumberError) -> Problem {
    let plain = text.replace('_', "");
    let whole = |digits: &str, radix| i128::from_str_radix(digits, radix).ok();
    let radix = match plain.get(..2) {
        Some("0x") => whole(&plain[2..], 16),
        Some("0o") => whole(&plain[2..], 8),
        Some("0b") => whole(&plain[2..], 2),
        _ => None,
    };
    if why == ParseNumberError::Digits {
        return problem.help("at most 12 digits before the point and 12 after it");
    }
    if let Some(number) = radix {
        return problem.help(format!("write it in decimal: `{number}`"));
    }
    if plain.ends_with("nan") || plain.ends_with("inf") {
        return unknown_help(problem, spot.key);
    }
    if plain.contains(['e', 'E']) {
        return problem.help("write all its digits, without an exponent");
    }
    let plain = plain.trim_start_matches('+');
    if Ratio::parse(plain).is_ok() {
        return problem.help(format!("write `{plain}`"));
    }
    problem.help("digits, and a point if needed: `20`, `0.25`")
}

fn unknown_help(problem: Problem, key: &str) -> Problem {
    match key {
        "price_usd" | "price" => {
            problem.help(format!("if it is not published, drop `{key}` and set `price_unknown = true`"))
        }
        "api_usd" | "tokens" | "credits" | "requests" => {
            problem.help("if it is not known, drop the limit and set `allowance_unknown = true` in the plan")
        }
        _ => problem.help("digits, and a point if needed: `20`, `0.25`; leave the key out if it is not known"),
    }
}

fn count(reader: &mut Reader, spot: &Spot<'_>, least: u64) -> Option<u64> {
    let raw = spot.raw();
    let digits = raw.replace('_', "");
    match spot.value.get_ref() {
        DeValue::Integer(_) => {}
        DeValue::Float(_) => {
            let whole = digits.strip_suffix(".0").filter(|whole| whole.bytes().all(|b| b.is_ascii_digit()));
            let help =
                whole.map_or("digits only: `200000` or `200_000`".to_owned(), |whole| format!("write `{whole}`"));
            let rule = format!("must be a whole number, found `{}`", shown(raw));
            reader.value_problem(spot, codes::DECIMAL, &rule, &help);
            return None;
        }
        _ => return reader.wrong_type(spot, "a whole number"),
    }
    if !digits.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit()) {
        let problem = reader.value_error(
            spot,
            codes::DECIMAL,
            &format!("must be a whole number in decimal, found `{}`", shown(raw)),
        );
        reader.report(decimal_help(problem, spot, raw, ParseNumberError::Shape));
        return None;
    }
    let value = if digits.trim_start_matches(['-', '0']).is_empty() { Some(0) } else { digits.parse::<u64>().ok() };
    if value.is_none() && !digits.starts_with('-') {
        reader.value_problem(spot, codes::RANGE, "is too large", &format!("at most {}", u64::MAX));
        return None;
    }
    let value = value.filter(|&value| value >= least);
    if value.is_none() {
        reader.value_problem(spot, codes::RANGE, &format!("must be at least {least}"), "a whole number");
    }
    value
}

fn up_to(reader: &mut Reader, spot: &Spot<'_>, most: u64) -> Option<u64> {
    let value = count(reader, spot, 0)?;
    if value <= most {
        return Some(value);
    }
    reader.value_problem(spot, codes::RANGE, &format!("must be at most {most}"), "a whole number");
    None
}

fn day(reader: &mut Reader, spot: &Spot<'_>) -> Option<Date> {
    let found = match spot.value.get_ref() {
        DeValue::Datetime(found) => found,
        DeValue::String(text) if text.parse::<Date>().is_ok() => {
            let problem =
                reader.value_error(spot, codes::DATE, &format!("must be a date, found `{}`", shown(spot.raw())));
            reader.report(problem.help(format!("write it without quotes: `{text}`")));
            return None;
        }
        _ => return reader.wrong_type(spot, "a date such as `2026-06-11`"),
    };
    let date = found.date.and_then(|d| {
        Date::new(i16::try_from(d.year).ok()?, i8::try_from(d.month).ok()?, i8::try_from(d.day).ok()?).ok()
    });
    match (date, found.time) {
        (Some(date), None) => Some(date),
        (Some(date), Some(_)) => {
            let rule = format!("must be a date without a time, found `{}`", shown(spot.raw()));
            reader.value_problem(spot, codes::DATE, &rule, &format!("write `{date}`"));
            None
        }
        (None, _) => {
            let rule = format!("must be a date, found `{}`", shown(spot.raw()));
            reader.value_problem(spot, codes::DATE, &rule, "a day, as `2026-06-11`");
            None
        }
    }
}

fn text(reader: &mut Reader, spot: &Spot<'_>) -> Option<String> {
    let DeValue::String(text) = spot.value.get_ref() else {
        return reader.wrong_type(spot, "text in quotes");
    };
    if text.trim().is_empty() {
        reader.value_problem(spot, codes::TEXT, "must not be empty", "leave the key out if there is nothing to say");
        return None;
    }
    Some(text.clone().into_owned())
}

fn name(reader: &mut Reader, spot: &Spot<'_>) -> Option<String> {
    let name = text(reader, spot)?;
    let length = name.chars().count();
    if length > 200 {
        reader.value_problem(
            spot,
            codes::TEXT,
            &format!("must have at most 200 characters, found {length}"),
            "keep the rest for `note`",
        );
        return None;
    }
    Some(name)
}

fn id(reader: &mut Reader, spot: &Spot<'_>) -> Option<String> {
    const RULE: &str = "an id has 1 to 128 characters of `a-z 0-9 . _ / -`";
    let DeValue::String(id) = spot.value.get_ref() else {
        return reader.wrong_type(spot, "text in quotes");
    };
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._/-".contains(c);
    if id.is_empty() {
        reader.value_problem(spot, codes::ID, "must not be empty", RULE);
        return None;
    }
    if id.len() > 128 {
        let length = id.chars().count();
        reader.value_problem(spot, codes::ID, &format!("must have at most 128 characters, found {length}"), RULE);
        return None;
    }
    if let Some(other) = id.chars().find(|&c| !fits(c)) {
        let tame: String =
            id.to_lowercase().chars().map(|c| if fits(c) { c } else { '-' }).collect::<String>().replace("--", "-");
        let problem = reader.value_error(spot, codes::ID, &format!("must not hold `{}`", other.escape_debug()));
        reader.report(problem.help(RULE).help(format!("for instance `{tame}`")));
        return None;
    }
    Some(id.clone().into_owned())
}

fn currency(reader: &mut Reader, spot: &Spot<'_>) -> Option<String> {
    match spot.value.get_ref() {
        DeValue::String(code) if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) => {
            Some(code.clone().into_owned())
        }
        DeValue::String(code) => {
            let rule = format!("must be a currency code, found `{}`", shown(code));
            reader.value_problem(spot, codes::WORD, &rule, "three capital letters, such as `\"EUR\"`");
            None
        }
        _ => reader.wrong_type(spot, "a currency code such as `\"EUR\"`"),
    }
}

pub(super) fn word<'a>(reader: &mut Reader, spot: &'a Spot<'_>, words: &[&'static str]) -> Option<&'a str> {
    let list = words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", ");
    let DeValue::String(found) = spot.value.get_ref() else {
        return reader.wrong_type(spot, &format!("one of {list}"));
    };
    if words.contains(&&**found) {
        return Some(found);
    }
    let mut problem = reader.value_error(spot, codes::WORD, &format!("cannot be `{}`", shown(found)));
    if let Some(near) = nearest(&shown(found), words.iter().copied()) {
        problem = problem.label(format!("did you mean `\"{near}\"`?"));
    }
    reader.report(problem.help(format!("one of {list}")));
    None
}

fn every(reader: &mut Reader, spot: &Spot<'_>) -> Option<Window> {
    const HELP: &str = "hours such as `\"5h\"`, or `\"day\"`, `\"week\"`, `\"month\"`";
    let DeValue::String(found) = spot.value.get_ref() else {
        return reader.wrong_type(spot, "a window such as `\"5h\"` or `\"week\"`");
    };
    let period = Window::parse(found);
    if period.is_none() {
        let mut problem = reader.value_error(spot, codes::WORD, &format!("cannot be `{}`", shown(found)));
        if let Some(near) = nearest(&shown(found), ["day", "week", "month"]) {
            problem = problem.label(format!("did you mean `\"{near}\"`?"));
        }
        reader.report(problem.help(HELP));
    }
    period
}

fn age(reader: &mut Reader, spot: &Spot<'_>) -> Option<u64> {
    let DeValue::String(found) = spot.value.get_ref() else {
        return reader.wrong_type(spot, "a number of days such as `\"45d\"`");
    };
    let days = crate::policy::days(found);
    if days.is_none() {
        let rule = format!("must be a number of days, found `{}`", shown(found));
        reader.value_problem(spot, codes::WORD, &rule, "such as `\"45d\"`");
    }
    days
}

fn hours(reader: &mut Reader, spot: &Spot<'_>) -> Option<(u16, u16)> {
    let DeValue::String(found) = spot.value.get_ref() else {
        return reader.wrong_type(spot, "a span such as `\"01:00-04:00\"`");
    };
    let minute = |clock: &str| {
        let (hour, minute) = clock.split_once(':')?;
        let two = |s: &str| (s.len() == 2 && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse::<u16>().ok());
        let (hour, minute) = (two(hour)??, two(minute)??);
        (minute < 60 && hour * 60 + minute <= 24 * 60).then_some(hour * 60 + minute)
    };
    let span = found.split_once('-').and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
    match span {
        Some((from, to)) if from < to => Some((from, to)),
        Some(_) => {
            let rule = format!("must end after it starts, found `{}`", shown(found));
            let help = "a span over midnight is two: `\"22:00-24:00\"`, `\"00:00-04:00\"`";
            reader.value_problem(spot, codes::RANGE, &rule, help);
            None
        }
        None => {
            let rule = format!("must be a span of hours, found `{}`", shown(found));
            reader.value_problem(spot, codes::WORD, &rule, "such as `\"01:00-04:00\"`");
            None
        }
    }
}

fn pair(reader: &mut Reader, spot: &Spot<'_>) -> Option<(Ratio, Ratio)> {
    let items: &[Spanned<DeValue<'_>>] = match spot.value.get_ref() {
        DeValue::Array(array) => array,
        _ => return reader.wrong_type(spot, "two numbers: `[low, high]`"),
    };
    let [low, high] = items else {
        let rule = format!("must hold two numbers, found {}", items.len());
        reader.value_problem(spot, codes::TYPE, &rule, "the lowest and the highest: `[low, high]`");
        return None;
    };
    let notation = if spot.key.ends_with("usd") { Notation::Plain } else { Notation::Grouped };
    let mut number = |value| decimal(reader, &spot.item(value), notation, Least::Zero, None);
    let (low, high) = (number(low), number(high));
    let (low, high) = (low?, high?);
    if low > high {
        let rule = format!("must run from low to high, found `{}`", shown(spot.raw()));
        let help = format!("write `[{}, {}]`", high.to_exact(), low.to_exact());
        reader.value_problem(spot, codes::SPREAD, &rule, &help);
        return None;
    }
    Some((low, high))
}
