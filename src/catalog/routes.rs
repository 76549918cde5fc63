//! Routes files: text to the classes, cascades and conversations of `scenario::routing`, priced at the rates of a day.
//!
//! Read as plan files are, so that all mistakes are told at once, each at its place; a model without a price is one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::read::{Keys, Reader, Rows, Spot, table};
#[cfg(test)]
use super::shape::finish;
use super::shape::{Alternatives, Head, KeyDoc, Table, declare, plain};
use super::value::{At, Count, Id, Key, Model, Money, Number, Share, Turns, Value, word};
use super::{codes, in_order, syntax};
use crate::problem::{Place, Problem, Source, nearest};
use crate::rates::{ByClass, Lookup, RateBook, Rates, TokenClass};
use crate::scenario::migration::{Job, cost};
use crate::scenario::routing::cascade::Stage;
use crate::scenario::routing::classes::{Class, Quality};
use crate::scenario::routing::session::{Conversation, Pattern};
use crate::units::{Date, Ratio, Tokens};

/// The JSON Schema (draft 7) of a routes file.
pub const ROUTES_SCHEMA: &str = include_str!("../../schemas/routes.schema.json");

declare! {
    /// Which requests go to a cheaper model, as `plancost route --routes` reads it
    File "plancost routes file" "the routes file" [] [] {
        /// Requests that are alike
        class: Rows<ClassTable>;
        /// What decides where a request goes
        router: RouterTable;
        /// Models tried one after the other
        cascade: CascadeTable;
        /// A conversation whose turns go to two models
        session: SessionTable;
    }
}

declare! {
    /// Requests that are alike
    ClassTable "[[class]]" "class" ["id"] ["id", "weight"] {
        /// Unique name, of a-z 0-9 . _ / -
        id: Id = "easy";
        /// How many such requests there are, in any unit: only proportions count
        weight: Number = 60;
        /// Dollars a request on the frontier model
        frontier_usd: Money = 0.031;
        /// The frontier model, whose list prices the tokens of a request are billed at
        frontier_model: Model = "claude-opus-4-8";
        /// Dollars a request on the cheap model
        cheap_usd: Money = 0.0011;
        /// The cheap model, whose list prices the tokens of a request are billed at
        cheap_model: Model = "claude-haiku-4-5";
        /// Prompt tokens of a request that were not in the cache
        input_tokens: Count = 2_000;
        /// Prompt tokens of a request read from the cache
        cache_read_tokens: Count = 40_000;
        /// Prompt tokens of a request written to the cache for five minutes
        cache_write_5m_tokens: Count = 3_000;
        /// Prompt tokens of a request written to the cache for an hour
        cache_write_1h_tokens: Count = 0;
        /// Answer tokens of a request
        output_tokens: Count = 800;
        /// Share of these that is tried on the cheap model; all if left out. `--quality-floor` chooses it instead
        share: Share = 0.95;
        /// Share of those tried on the cheap model that is paid again on the frontier model
        escalation: Share = 0.02;
        /// Dollars that it costs to move a request, such as a cache that is written again
        switch_usd: Money = 0.004;
        /// Quality of the frontier model's answers, on a scale from 0 to 1 that all classes share
        quality_frontier: Share = 0.99;
        /// Quality of the cheap model's answers
        quality_cheap: Share = 0.98;
    }
    one of ["frontier_usd", "frontier_model"]
        none "does not say what the frontier model costs" two "says twice what the frontier model costs"
        help "one of `frontier_usd`, or `frontier_model` with the tokens of a request"
    one of ["cheap_usd", "cheap_model"]
        none "does not say what the cheap model costs" two "says twice what the cheap model costs"
        help "one of `cheap_usd`, or `cheap_model` with the tokens of a request"
}

declare! {
    /// What decides where a request goes
    RouterTable "[router]" "router" [] ["usd_per_request"] {
        /// Dollars on every request, routed or not
        usd_per_request: Money = 0.0004;
    }
}

declare! {
    /// Models tried one after the other, each answer judged before the next is asked
    CascadeTable "[cascade]" "cascade" [] ["baseline_usd", "stage"] {
        /// Dollars a request without the cascade
        baseline_usd: Money = 0.12;
        /// A model of the cascade, in the order they are asked
        stage: Rows<StageTable>;
    }
}

declare! {
    /// A model of a cascade
    StageTable "[[cascade.stage]]" "stage" ["id"] ["id", "usd", "accept"] {
        /// Name of the model
        id: Id = "small";
        /// Dollars a request
        usd: Money = 0.001;
        /// Dollars to judge its answer
        judge_usd: Money = 0.0003;
        /// Share of its answers that is accepted; 1: all
        accept: Share = 0.62;
    }
}

declare! {
    /// A conversation whose turns go to two models
    SessionTable "[session]" "session" []
        ["frontier_model", "cheap_model", "turns", "context_tokens", "new_tokens", "output_tokens"] {
        /// The frontier model
        frontier_model: Model = "claude-opus-4-8";
        /// The cheap model
        cheap_model: Model = "claude-haiku-4-5";
        /// Turns, 1 to 10000
        turns: Turns = 24;
        /// Tokens of the prompt before anything is asked
        context_tokens: Count = 30_000;
        /// Tokens that each turn asks
        new_tokens: Count = 2_000;
        /// Tokens of each answer
        output_tokens: Count = 800;
        /// Minutes after which a cache that was not read is gone; never if left out
        cache_minutes: Number = 5;
        /// Minutes between two turns
        minutes_between_turns: Number = 1;
        /// Share of the turns on the cheap model; all if left out
        share: Share = 0.5;
        /// Which turns those are: `spread` evenly (default), the `first`, or the `last`
        pattern: PatternWord = "spread";
    }
}

super::value::words! {
    /// Which turns are on the cheap model.
    PatternWord { "spread" => Spread, "first" => First, "last" => Last, }
}

/// Stages of a cascade; each makes the exact cost longer by its digits.
const STAGES_MOST: usize = 100;

/// What a routes file says, priced.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    /// The classes.
    pub classes: Vec<RoutedClass>,
    /// Dollars that the router costs on every request.
    pub router_usd: Ratio,
    /// The cascade, if there is one.
    pub cascade: Option<Cascade>,
    /// The conversation, if there is one.
    pub session: Option<Session>,
}

/// A class and how much of it is to be moved.
#[derive(Clone, Debug)]
pub struct RoutedClass {
    /// The class.
    pub class: Class,
    /// The frontier model, where the file names one.
    pub frontier_model: Option<Arc<str>>,
    /// The cheap model, where the file names one.
    pub cheap_model: Option<Arc<str>>,
    /// The share of it that is moved.
    pub share: Ratio,
}

/// A cascade and what it replaces.
#[derive(Clone, Debug)]
pub struct Cascade {
    /// Dollars a request without it.
    pub baseline_usd: Ratio,
    /// Its models: a name and what it costs.
    pub stages: Vec<(Arc<str>, Stage)>,
}

/// A conversation whose turns go to two models.
#[derive(Clone, Debug)]
pub struct Session {
    /// The frontier model and its rates.
    pub frontier: (Arc<str>, Rates),
    /// The cheap model and its rates.
    pub cheap: (Arc<str>, Rates),
    /// How it grows.
    pub conversation: Conversation,
    /// Turns.
    pub turns: u32,
    /// Minutes between two of them.
    pub gap_minutes: Ratio,
    /// The share of the turns on the cheap model.
    pub share: Ratio,
    /// Which turns those are.
    pub pattern: Pattern,
}

/// Reads a routes file at the rates of a day. Where one of the problems is an error, it is not to be used.
#[must_use]
pub fn read(source: &Arc<Source>, book: &RateBook, day: Date) -> (Routes, Vec<Problem>) {
    let mut reader = Reader::default();
    let tree = syntax::parse(source, &mut reader);
    let whole = reader.errors == 0;
    if whole {
        syntax::newer(source, &mut reader);
    }
    let spot = Spot::new("", &tree, source);
    let mut routes = Routes::default();
    if let Some(file) = table::<File>(&mut reader, &spot) {
        routes = Lowering { book, day, reader: &mut reader }.file(&file, whole);
    }
    (routes, in_order(reader, &[]))
}

struct Lowering<'a> {
    book: &'a RateBook,
    day: Date,
    reader: &'a mut Reader,
}

impl Lowering<'_> {
    fn file(&mut self, file: &File, whole: bool) -> Routes {
        let router_usd = file.router.get().and_then(|router| router.usd_per_request.get());
        let routes = Routes {
            classes: self.classes(file),
            router_usd: router_usd.map_or_else(Ratio::zero, |usd| usd.0.clone()),
            cascade: file.cascade.get().and_then(|cascade| self.cascade(cascade)),
            session: file.session.get().and_then(|session| self.session(session)),
        };
        let empty = routes.classes.is_empty() && routes.cascade.is_none() && routes.session.is_none();
        if empty && whole && self.reader.errors == 0 {
            self.reader.report(
                Problem::error(codes::NO_ROUTES, "the file routes nothing")
                    .at(Place::whole(&file.head.place.source))
                    .help(
                        "requests are `[[class]]` tables; `plancost schema example-routes` prints a file to start from",
                    ),
            );
        }
        routes
    }

    fn classes(&mut self, file: &File) -> Vec<RoutedClass> {
        let rows = file.class.get().map_or(&[][..], |rows| &rows.0);
        let mut classes: Vec<RoutedClass> = Vec::new();
        let mut first: BTreeMap<&str, &Place> = BTreeMap::new();
        for row in rows {
            let Some(id) = row.id.at() else { continue };
            if let Some(other) = first.insert(&id.value.0, &id.place) {
                self.reader.report(
                    Problem::error(codes::DUPLICATE, format!("two classes have the id `{}`", id.value.0))
                        .at(id.place.clone())
                        .related(other.clone(), "the other")
                        .help("give each its own id"),
                );
            }
            classes.extend(self.class(row, &id.value.0));
        }
        let weighs = |class: &RoutedClass| class.class.weight.is_positive();
        if let (Some(row), true, false) = (rows.first(), classes.len() == rows.len(), classes.iter().any(weighs)) {
            self.reader.report(
                Problem::error(codes::RANGE, "no class has a weight above 0")
                    .at(row.weight.place().unwrap_or(&row.head.place).clone())
                    .help("a weight is how many such requests there are: `60`"),
            );
        }
        classes
    }

    fn class(&mut self, row: &ClassTable, id: &str) -> Option<RoutedClass> {
        let tokens = [
            (TokenClass::Input, "input_tokens", &row.input_tokens),
            (TokenClass::CacheRead, "cache_read_tokens", &row.cache_read_tokens),
            (TokenClass::CacheWrite5m, "cache_write_5m_tokens", &row.cache_write_5m_tokens),
            (TokenClass::CacheWrite1h, "cache_write_1h_tokens", &row.cache_write_1h_tokens),
            (TokenClass::Output, "output_tokens", &row.output_tokens),
        ];
        let has_model = !row.frontier_model.is_absent() || !row.cheap_model.is_absent();
        let written = tokens.iter().find(|(.., key)| !key.is_absent());
        match (has_model, written) {
            (false, Some((_, name, key))) => {
                let place = key.place().unwrap_or(&row.head.place);
                self.reader.report(
                    Problem::error(codes::NO_EFFECT, format!("`{name}` has no effect in {}", row.head.title))
                        .at(place.clone())
                        .help("tokens are billed at the rates of a model: name it by `frontier_model`, `cheap_model`"),
                );
            }
            (true, None) => {
                self.reader.report(
                    Problem::error(codes::MISSING, format!("{} has no tokens", row.head.title))
                        .at(row.head.place.clone())
                        .help("a model is priced by the tokens of a request: `input_tokens`, `output_tokens`, ..."),
                );
            }
            _ => {}
        }
        let mut job = Job { tokens: ByClass::default(), prompt_tokens: None, requests: Ratio::one() };
        for (class, _, key) in tokens {
            job.tokens[class] = Ratio::from(key.get().map_or(0, |count| count.0));
        }
        let frontier = self.cost(&row.frontier_usd, &row.frontier_model, &job);
        let cheap = self.cost(&row.cheap_usd, &row.cheap_model, &job);
        let quality = self.quality(row);
        if !row.head.sound {
            return None;
        }
        let or_zero = |key: &Key<Share>| key.get().map_or_else(Ratio::zero, |share| share.0.clone());
        let name = |key: &Key<Model>| key.get().map(|model| Arc::from(model.0.as_str()));
        Some(RoutedClass {
            class: Class {
                id: id.into(),
                weight: row.weight.get()?.0.clone(),
                frontier_usd: frontier?,
                cheap_usd: cheap?,
                escalation: or_zero(&row.escalation),
                switch_usd: row.switch_usd.get().map_or_else(Ratio::zero, |usd| usd.0.clone()),
                quality,
            },
            frontier_model: name(&row.frontier_model),
            cheap_model: name(&row.cheap_model),
            share: row.share.get().map_or_else(Ratio::one, |share| share.0.clone()),
        })
    }

    /// Dollars a request: as the file says, or its tokens at a model's rates.
    fn cost(&mut self, usd: &Key<Money>, model: &Key<Model>, job: &Job) -> Option<Ratio> {
        if let Some(usd) = usd.get() {
            return Some(usd.0.clone());
        }
        let model = model.at()?;
        let rates = self.rates(model)?;
        match cost(&rates, job) {
            Ok(usd) => Some(usd),
            Err(unpriced) => {
                let message = format!("`{}` has {unpriced}", model.value.0);
                self.reader.report(Problem::error(codes::UNPRICED, message).at(model.place.clone()));
                None
            }
        }
    }

    fn rates(&mut self, model: &At<Model>) -> Option<Rates> {
        let name = &model.value.0;
        let problem = match self.book.on(name, self.day) {
            Lookup::Found(dated) => return Some(dated.rates.clone()),
            Lookup::NotOnThatDay => Problem::error(codes::UNPRICED, format!("no price for model `{name}` on that day"))
                .help("ask for another day with `--as-of`"),
            Lookup::NoSuchModel => {
                let problem = Problem::error(codes::UNPRICED, format!("no price for model `{name}`"));
                match nearest(name, self.book.names()) {
                    Some(near) => problem.label(format!("did you mean `{near}`?")),
                    None => {
                        problem.help("price it in a file and name that with `--prices`, or say what a request costs")
                    }
                }
            }
        };
        self.reader.report(problem.at(model.place.clone()));
        None
    }

    fn quality(&mut self, row: &ClassTable) -> Option<Quality> {
        let (frontier, cheap) = (&row.quality_frontier, &row.quality_cheap);
        if let (Some(frontier), Some(cheap)) = (frontier.get(), cheap.get()) {
            return Some(Quality { frontier: frontier.0.clone(), cheap: cheap.0.clone() });
        }
        let missing = match (frontier.is_absent(), cheap.is_absent()) {
            (true, false) => "quality_frontier",
            (false, true) => "quality_cheap",
            _ => return None,
        };
        let place = frontier.place().or(cheap.place()).unwrap_or(&row.head.place);
        self.reader.report(
            Problem::error(codes::MISSING, format!("{} has no `{missing}`", row.head.title))
                .at(place.clone())
                .help("quality is compared: say it of both models, or of neither"),
        );
        None
    }

    fn cascade(&mut self, cascade: &CascadeTable) -> Option<Cascade> {
        let stages = cascade.stage.get().map_or(&[][..], |rows| &rows.0);
        let stage = |row: &StageTable| {
            let judge_usd = row.judge_usd.get().map_or_else(Ratio::zero, |usd| usd.0.clone());
            let stage = Stage { usd: row.usd.get()?.0.clone(), judge_usd, accept: row.accept.get()?.0.clone() };
            Some((Arc::from(row.id.get()?.0.as_str()), stage))
        };
        let Some(beyond) = stages.get(STAGES_MOST) else {
            let stages: Vec<_> = stages.iter().filter_map(stage).collect();
            let baseline_usd = cascade.baseline_usd.get().map(|usd| usd.0.clone());
            return cascade.head.sound.then_some(Cascade { baseline_usd: baseline_usd?, stages });
        };
        let problem = Problem::error(codes::RANGE, format!("a cascade has at most {STAGES_MOST} stages"));
        self.reader.report(problem.at(beyond.head.place.clone()).help("later ones are hardly ever reached"));
        None
    }

    fn session(&mut self, session: &SessionTable) -> Option<Session> {
        let mut model = |key: &Key<Model>| {
            let at = key.at()?;
            Some((Arc::from(at.value.0.as_str()), self.rates(at)?))
        };
        let (frontier, cheap) = (model(&session.frontier_model), model(&session.cheap_model));
        if !session.head.sound {
            return None;
        }
        let count = |key: &Key<Count>| key.get().map(|count| Tokens(count.0));
        let found = Session {
            frontier: frontier?,
            cheap: cheap?,
            conversation: Conversation {
                context: count(&session.context_tokens)?,
                new: count(&session.new_tokens)?,
                output: count(&session.output_tokens)?,
                write: TokenClass::CacheWrite5m,
                cache_minutes: session.cache_minutes.get().map(|minutes| minutes.0.clone()),
            },
            turns: session.turns.get()?.0,
            gap_minutes: session.minutes_between_turns.get().map_or_else(Ratio::zero, |minutes| minutes.0.clone()),
            share: session.share.get().map_or_else(Ratio::one, |share| share.0.clone()),
            pattern: match session.pattern.get() {
                Some(PatternWord::First) => Pattern::First,
                Some(PatternWord::Last) => Pattern::Last,
                Some(PatternWord::Spread) | None => Pattern::Spread,
            },
        };
        for (model, key) in [(&found.frontier, &session.frontier_model), (&found.cheap, &session.cheap_model)] {
            if let (Err(unpriced), Some(at)) = (found.conversation.turns(&[&model.1], &[]), key.at()) {
                let message = format!("`{}` has {unpriced}", model.0);
                self.reader.report(Problem::error(codes::UNPRICED, message).at(at.place.clone()));
            }
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_that_of_the_reader() {
        let generator = schemars::generate::SchemaSettings::draft07().into_generator();
        let schema = serde_json::to_value(generator.into_root_schema_for::<File>()).expect("a document");
        let text = serde_json::to_string_pretty(&schema).expect("a document") + "\n";
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/routes.schema.json");
        if std::env::var_os("PLANCOST_BLESS").is_some() {
            std::fs::write(path, &text).expect("the folder is there");
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == text, "schemas/routes.schema.json is stale: run with PLANCOST_BLESS=1");
    }

    /// What is wrong with a file, a line each, at which line.
    fn wrong(text: &str) -> Vec<String> {
        let source = Arc::new(Source { name: "team.toml".to_owned(), text: text.to_owned() });
        let (_, problems) = read(&source, &RateBook::default(), Date::MAX);
        let told = |problem: &Problem| {
            let line = problem.place.as_ref().and_then(Place::line_column).map_or(0, |(line, _)| line);
            format!("{line}: {} {}", problem.code, problem.message)
        };
        problems.iter().map(told).collect()
    }

    #[test]
    fn every_mistake_is_told_at_its_place() {
        let text = "[[class]]\nid = \"easy\"\nweight = 60\nfrontier_usd = -1\ncheap_usd = 0.1\nescalation = 1.5\n\
                    [[class]]\nid = \"hard\"\nweight = 1\nfrontier_model = \"opus\"\ncheap_usd = 0.1\n\
                    [[class]]\nid = \"hard\"\nweight = 1\nfrontier_usd = 1\ninput_tokens = 5\n\
                    [router]\nusd = 1\n";
        assert_eq!(
            wrong(text),
            [
                "4: PC122 `frontier_usd` must not be negative, found `-1`",
                "6: PC122 `escalation` must be at most 1, found `1.5`",
                "7: PC108 class `hard` of the routes file has no tokens",
                "10: PC201 no price for model `opus`",
                "12: PC108 class `hard` of the routes file does not say what the cheap model costs",
                "13: PC131 two classes have the id `hard`",
                "16: PC139 `input_tokens` has no effect in class `hard` of the routes file",
                "17: PC108 router of the routes file has no `usd_per_request`",
                "18: PC103 unknown key `usd` in router of the routes file",
            ]
        );
    }

    #[test]
    fn a_damaged_file_is_told_and_never_a_panic() {
        let text = include_str!("../../schemas/example-routes.toml");
        // Every prefix, and every byte by another.
        for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
            wrong(&text[..end]);
            let mut bytes = text.as_bytes().to_vec();
            bytes[end] = bytes[end].wrapping_add(1) & 0x7f;
            wrong(&String::from_utf8(bytes).expect("ASCII"));
        }
    }

    #[test]
    fn a_cascade_has_an_end() {
        let stage = "[[cascade.stage]]\nid = \"a\"\nusd = 1\naccept = 0.123456789012\n";
        let text = format!("[cascade]\nbaseline_usd = 1\n{}", stage.repeat(101));
        assert_eq!(wrong(&text), ["403: PC122 a cascade has at most 100 stages"]);
    }

    #[test]
    fn a_file_that_routes_nothing_is_refused() {
        assert_eq!(wrong(""), ["0: PC140 the file routes nothing"]);
        let class = "[[class]]\nid = \"a\"\nweight = 0\nfrontier_usd = 1\ncheap_usd = 1\n";
        assert_eq!(wrong(class), ["3: PC122 no class has a weight above 0"]);
        let one_side = "[[class]]\nid = \"a\"\nweight = 1\nfrontier_usd = 1\ncheap_usd = 1\nquality_cheap = 1\n";
        assert_eq!(wrong(one_side), ["6: PC108 class `a` of the routes file has no `quality_frontier`"]);
    }
}
