//! Walks a file's tree of values and their places, and collects every mistake.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::codes;
use super::set::Set;
use super::shape::{Alternatives, Head, KeyDoc, Table};
use super::value::{At, Key, Value};
use crate::allowance::Window;
use crate::problem::{Code, Level, Place, Problem, Source, nearest};

/// Problems that are kept; what is beyond is counted.
pub(super) const PROBLEMS_MAX: usize = 10_000;

/// Collects problems, and knows in which table the reading is.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) problems: Vec<Problem>,
    /// Errors so far, those beyond [`PROBLEMS_MAX`] included.
    pub(super) errors: usize,
    /// Problems that were not kept.
    pub(super) more: usize,
    /// The table that is being read, in words: ``limit `week` of plan `x` ``.
    context: String,
    /// The plan that problems concern.
    pub(super) plan: Option<String>,
}

/// A value, where it stands, and what `--set` lays over it.
pub(super) struct Spot<'a> {
    pub(super) key: &'a str,
    pub(super) value: &'a Spanned<DeValue<'a>>,
    pub(super) source: &'a Arc<Source>,
    pub(super) sets: Vec<Laid<'a>>,
    /// The value comes from `--set`.
    set: bool,
}

/// An override, and how much of its path is behind.
#[derive(Clone, Copy)]
pub(super) struct Laid<'a> {
    pub(super) set: &'a Set,
    pub(super) value: &'a Spanned<DeValue<'a>>,
    pub(super) depth: usize,
}

impl<'a> Laid<'a> {
    fn step(&self) -> &'a str {
        &self.set.path[self.depth].0
    }

    fn step_place(&self) -> Place {
        Place::at(&self.set.source, self.set.path[self.depth].1.clone())
    }

    fn is_last(&self) -> bool {
        self.depth + 1 == self.set.path.len()
    }

    fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }
}

impl<'a> Spot<'a> {
    pub(super) fn new(key: &'a str, value: &'a Spanned<DeValue<'a>>, source: &'a Arc<Source>) -> Self {
        Self { key, value, source, sets: Vec::new(), set: false }
    }

    /// One of the values of a list.
    pub(super) fn item(&self, value: &'a Spanned<DeValue<'a>>) -> Self {
        Self { key: self.key, value, source: self.source, sets: Vec::new(), set: self.set }
    }

    /// The value as it is written.
    pub(super) fn raw(&self) -> &'a str {
        self.source.text.get(self.value.span()).unwrap_or("")
    }

    pub(super) fn place(&self) -> Place {
        Place::at(self.source, self.value.span())
    }

    pub(super) fn is_set(&self) -> bool {
        self.set
    }
}

/// What was typed, short enough for a message.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(40) {
        Some((end, _)) => Cow::Owned(format!("{}…", &line[..end])),
        None if line.len() < text.len() => Cow::Owned(format!("{line}…")),
        None => Cow::Borrowed(line),
    }
}

/// What a value is, in words.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn lower_case(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

impl Reader {
    pub(super) fn report(&mut self, mut problem: Problem) {
        self.errors += usize::from(problem.level == Level::Error);
        if self.problems.len() >= PROBLEMS_MAX {
            self.more += 1;
            return;
        }
        if problem.plan.is_none() {
            problem.plan.clone_from(&self.plan);
        }
        self.problems.push(problem);
    }

    /// An error at a value: ``"`key` rule"``.
    pub(super) fn value_error(&self, spot: &Spot<'_>, code: Code, rule: &str) -> Problem {
        Problem::error(code, format!("`{}` {rule}", spot.key)).at(spot.place())
    }

    pub(super) fn value_problem(&mut self, spot: &Spot<'_>, code: Code, rule: &str, help: &str) {
        let mut problem = self.value_error(spot, code, rule).help(help);
        if code == codes::RANGE && !rule.contains("found") {
            problem.message += &format!(", found `{}`", shown(spot.raw()));
        }
        self.report(problem);
    }

    pub(super) fn wrong_type<T>(&mut self, spot: &Spot<'_>, right: &str) -> Option<T> {
        let value = spot.value.get_ref();
        let found = match value {
            DeValue::Boolean(_) | DeValue::Integer(_) | DeValue::Float(_) | DeValue::String(_) => {
                format!("`{}`", shown(spot.raw()))
            }
            _ => kind(value).to_owned(),
        };
        let problem = self.value_error(spot, codes::TYPE, &format!("must be {right}, found {found}"));
        self.report(problem);
        None
    }

    /// Reads with a table's name in mind.
    fn within<T>(&mut self, context: String, plan: Option<String>, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = (std::mem::replace(&mut self.context, context), self.plan.clone());
        if plan.is_some() {
            self.plan = plan;
        }
        let value = read(self);
        (self.context, self.plan) = outer;
        value
    }
}

/// A table that is being read key by key.
pub(super) struct Keys<'r, 'a> {
    pub(super) reader: &'r mut Reader,
    table: &'a DeTable<'a>,
    spot: &'r Spot<'a>,
    /// Keys that a misspelt key meant, so that they are not missing too.
    claimed: Vec<&'static str>,
    /// Keys of the file whose alternative was given by `--set`.
    dropped: Vec<&'static str>,
}

/// Reads a table.
pub(super) fn table<T: Table>(reader: &mut Reader, spot: &Spot<'_>) -> Option<T> {
    let value = spot.value.get_ref();
    let DeValue::Table(table) = value else {
        let problem = reader.value_error(spot, codes::TYPE, &format!("must be a table, found {}", kind(value)));
        reader.report(problem.help(format!("write it as `{}`", T::HEADER)));
        return None;
    };
    let name = T::NAMED_BY.iter().find_map(|&key| table.get(key)?.get_ref().as_str());
    let title = match name {
        Some(name) => format!("{} `{}`", T::NOUN, shown(name)),
        None if T::NAMED_BY.is_empty() => T::NOUN.to_owned(),
        None => format!("a {}", T::NOUN),
    };
    let context = if reader.context.is_empty() { title } else { format!("{title} of {}", reader.context) };
    let plan = (T::NOUN == "plan").then(|| name.map(str::to_owned)).flatten();
    reader.within(context, plan, |reader| {
        let errors = reader.errors;
        let mut keys = Keys { reader, table, spot, claimed: Vec::new(), dropped: Vec::new() };
        keys.unknown(T::KEYS, T::REQUIRED, T::ONE_OF);
        keys.required(T::REQUIRED, T::KEYS);
        for group in T::ONE_OF {
            keys.one_of(group);
        }
        let head = Head { place: spot.place(), title: keys.reader.context.clone(), sound: false };
        let mut table = T::from_keys(&mut keys, head);
        table.head_mut().sound = reader.errors == errors;
        Some(table)
    })
}

impl<'a> Keys<'_, 'a> {
    /// Reports keys that the table does not have.
    fn unknown(&mut self, known: &'static [KeyDoc], required: &[&str], groups: &[Alternatives]) {
        let table = self.table;
        for key in table.keys() {
            let name = key.get_ref();
            if !name.starts_with("x_") && !known.iter().any(|doc| doc.key == &**name) {
                let place = Place::at(self.spot.source, key.span());
                self.unknown_key(name, place, known, required, groups);
            }
        }
        for laid in &self.spot.sets {
            if !known.iter().any(|doc| doc.key == laid.step()) {
                self.unknown_key(laid.step(), laid.step_place(), known, &[], &[]);
            }
        }
    }

    fn unknown_key(
        &mut self,
        name: &str,
        place: Place,
        known: &'static [KeyDoc],
        required: &[&str],
        groups: &[Alternatives],
    ) {
        if self.reader.problems.len() >= PROBLEMS_MAX {
            self.reader.errors += 1;
            self.reader.more += 1;
            return;
        }
        let message = if self.reader.context.is_empty() {
            format!("unknown table or key `{}`", shown(name))
        } else {
            format!("unknown key `{}` in {}", shown(name), self.reader.context)
        };
        let mut problem = Problem::error(codes::UNKNOWN_KEY, message).at(place);
        if let Some(meant) = nearest(name, known.iter().map(|doc| doc.key)) {
            problem = problem.label(format!("did you mean `{meant}`?"));
            let doc = known.iter().find(|doc| doc.key == meant).expect("it is one of them");
            if !self.is_written(meant) {
                let chosen = |group: &&Alternatives| group.keys.contains(&meant);
                let group = groups.iter().find(chosen);
                if required.contains(&meant)
                    || group.is_some_and(|group| !group.keys.iter().any(|key| self.is_written(key)))
                {
                    problem = problem.note(format!("`{meant}` is also missing; fixing this key fixes both"));
                }
                self.claimed.push(doc.key);
            }
        } else if self.reader.context.is_empty() {
            let tables = known.iter().map(|doc| format!("`{}`", doc.key)).collect::<Vec<_>>().join(", ");
            problem = problem.help(format!("a file holds the tables {tables}"));
        } else {
            problem = problem.help("a key of your own starts with `x_`");
        }
        self.reader.report(problem);
    }

    /// Whether the file or `--set` gives a key; `false` and an empty list give nothing.
    fn is_written(&self, key: &str) -> bool {
        let in_file = self.table.get(key).is_some_and(|value| match value.get_ref() {
            DeValue::Boolean(flag) => *flag,
            DeValue::Array(array) => !array.is_empty(),
            _ => true,
        });
        in_file || self.spot.sets.iter().any(|laid| laid.step() == key)
    }

    fn required(&mut self, required: &[&str], known: &'static [KeyDoc]) {
        for doc in known.iter().filter(|doc| required.contains(&doc.key)) {
            let key = &doc.key;
            if !self.is_written(key) && !self.claimed.contains(key) {
                let message = format!("{} has no `{key}`", self.reader.context);
                let problem = Problem::error(codes::MISSING, message)
                    .at(self.spot.place())
                    .help(format!("`{key}`: {}", lower_case(doc.meaning)));
                self.reader.report(problem);
            }
        }
    }

    /// Sees to it that exactly one of several keys is written.
    fn one_of(&mut self, group: &'static Alternatives) {
        let set: Vec<_> = self.spot.sets.iter().filter(|laid| group.keys.contains(&laid.step())).copied().collect();
        if let Some(first) = set.first() {
            if let Some(other) = set.iter().find(|other| other.step() != first.step()) {
                let problem = Problem::error(codes::TWO_AT_ONCE, format!("{} {}", self.reader.context, group.two))
                    .at(other.step_place())
                    .related(first.step_place(), format!("`{}` is set here", first.step()))
                    .help(group.help);
                self.reader.report(problem);
            }
            self.dropped.extend(group.keys.iter().filter(|key| **key != first.step()));
            return;
        }
        let mut written: Vec<_> = group
            .keys
            .iter()
            .filter(|key| self.is_written(key))
            .filter_map(|key| Some((self.table.get_key_value(*key)?.0.span(), *key)))
            .collect();
        written.sort_by_key(|(span, _)| span.start);
        let at = |span: &Range<usize>| Place::at(self.spot.source, span.clone());
        let problem = match written.as_slice() {
            [] if group.keys.iter().any(|key| self.claimed.contains(key)) => return,
            [] => Problem::error(codes::MISSING, format!("{} {}", self.reader.context, group.none))
                .at(self.spot.place())
                .help(group.help),
            [_] => return,
            [(first_span, first), (span, second), ..] => {
                Problem::error(codes::TWO_AT_ONCE, format!("{} {}", self.reader.context, group.two))
                    .at(at(span))
                    .label(format!("`{second}`"))
                    .related(at(first_span), format!("`{first}`"))
                    .help(group.help)
            }
        };
        self.reader.report(problem);
    }

    /// What stands under a key.
    pub(super) fn take<T: Value>(&mut self, key: &'static str) -> Key<T> {
        if self.claimed.contains(&key) {
            return Key::Wrong;
        }
        if self.dropped.contains(&key) {
            return Key::Absent;
        }
        let laid = self.spot.sets.iter().filter(|laid| laid.step() == key);
        let (here, deeper): (Vec<Laid<'a>>, Vec<Laid<'a>>) = laid.partition(|laid| laid.is_last());
        let deeper: Vec<_> = deeper.into_iter().map(Laid::deeper).collect();
        if let Some(first) = deeper.first().filter(|_| !T::HAS_KEYS) {
            let problem = Problem::error(codes::UNKNOWN_KEY, format!("`{key}` is a value and has no keys"))
                .at(first.step_place());
            self.reader.report(problem);
            return Key::Wrong;
        }
        let empty;
        let (value, source, set) = match (here.last(), self.table.get(key), deeper.last()) {
            (Some(laid), ..) => (laid.value, &laid.set.source, true),
            (None, Some(value), _) => (value, self.spot.source, self.spot.set),
            (None, None, Some(laid)) => {
                let span = laid.set.path[laid.depth - 1].1.clone();
                empty = Spanned::new(span, DeValue::Table(DeTable::new()));
                (&empty, &laid.set.source, true)
            }
            (None, None, None) => return Key::Absent,
        };
        let spot = Spot { key, value, source, sets: deeper, set };
        match T::read(self.reader, &spot) {
            Some(value) => Key::Is(At { value, place: spot.place() }),
            None => Key::Wrong,
        }
    }
}

/// Several tables of one kind.
#[derive(Clone, Debug)]
pub(super) struct Rows<T>(pub(super) Vec<T>);

impl<T: Table> Value for Rows<T> {
    const HAS_KEYS: bool = true;

    fn read(reader: &mut Reader, spot: &Spot<'_>) -> Option<Self> {
        let rows: &[Spanned<DeValue<'_>>] = match spot.value.get_ref() {
            DeValue::Array(array) => array,
            // Nothing in the file, and `--set` names a row.
            DeValue::Table(table) if table.is_empty() && spot.is_set() => &[],
            value => {
                let found = kind(value);
                let problem =
                    reader.value_error(spot, codes::TYPE, &format!("must be a list of tables, found {found}"));
                reader.report(problem.help(format!("write it as `{}`", T::HEADER)));
                return None;
            }
        };
        let text = |row: &Spanned<DeValue<'_>>, key: &str, name: &str| {
            let written = row.get_ref().get(key).and_then(|value| value.get_ref().as_str());
            // A window has several spellings: a limit of `3d` is shown as `72h`.
            let window = |text: &str| Window::parse(text).filter(|_| key == "every");
            written == Some(name) || written.and_then(window).is_some_and(|every| window(name) == Some(every))
        };
        // A limit with an `id` goes by its window only where none has that name.
        let called = |row: &Spanned<DeValue<'_>>, name: &str| {
            T::NAMED_BY.iter().find(|key| row.get_ref().get(**key).is_some()).is_some_and(|key| text(row, key, name))
        };
        let named = |row: &Spanned<DeValue<'_>>, name: &str| {
            called(row, name)
                || T::NAMED_BY.iter().any(|key| text(row, key, name)) && !rows.iter().any(|row| called(row, name))
        };
        for laid in &spot.sets {
            if !rows.iter().any(|row| named(row, laid.step())) {
                reader.no_such_row::<T>(rows, laid);
            } else if laid.is_last() {
                let message = format!("`{}` is a {} and needs a key of it", laid.step(), T::NOUN);
                let problem = Problem::error(codes::SET_FORM, message).at(laid.step_place());
                reader.report(problem.help("such as `claude-pro.limit.week.api_usd=300`"));
            }
        }
        Some(Self(
            rows.iter()
                .filter_map(|row| {
                    let mut item = spot.item(row);
                    let mine = spot.sets.iter().filter(|laid| named(row, laid.step()));
                    item.sets = mine.filter(|laid| !laid.is_last()).map(|laid| laid.deeper()).collect();
                    let mut row: T = table(reader, &item)?;
                    // No more problems are kept, so nothing more is looked for in it.
                    (row.head_mut().sound || reader.problems.len() < PROBLEMS_MAX).then_some(row)
                })
                .collect(),
        ))
    }
}

impl Reader {
    fn no_such_row<T: Table>(&mut self, rows: &[Spanned<DeValue<'_>>], laid: &Laid<'_>) {
        let names: Vec<&str> = rows
            .iter()
            .filter_map(|row| {
                let table = row.get_ref().as_table()?;
                T::NAMED_BY.iter().find_map(|key| table.get(*key)?.get_ref().as_str())
            })
            .collect();
        let message = format!("{} has no {} `{}`", self.context, T::NOUN, shown(laid.step()));
        let mut problem = Problem::error(codes::UNKNOWN_KEY, message).at(laid.step_place());
        if let Some(near) = nearest(laid.step(), names.iter().copied()) {
            problem = problem.label(format!("did you mean `{near}`?"));
        } else if !names.is_empty() {
            let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            problem = problem.help(format!("it has {list}"));
        }
        self.report(problem);
    }
}

#[cfg(test)]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Rows<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("{}Rows", T::schema_name()).into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let items = generator.subschema_for::<T>();
        schemars::json_schema!({"type": "array", "items": items})
    }
}
