//! A tree as lines for people, as one JSON document, and its leaves as rows.

use crate::analysis::{Answer, MaxApi};
use crate::economics::BreakEven;
use crate::explain::{Address, Case, Effect, Formula, Node, Origin, Remark, figure};
use crate::fact::{Basis, Provenance};
use crate::report::{
    Block, Branch, Cell, Column, Decimals, Figure, Missing, Outline, Piece, Record, Report, Row, Unit,
};
use crate::units::Ratio;

/// All there is to tell of a figure.
pub(super) struct Told<'a> {
    pub(super) case: &'a Case<'a>,
    pub(super) answer: &'a Answer<'a>,
    pub(super) address: &'a Address,
    /// As it was asked for.
    pub(super) name: String,
    pub(super) root: Option<&'a Node>,
    pub(super) effects: &'a [Effect],
    pub(super) missing: &'a [String],
    /// The overrides.
    pub(super) sets: &'a [String],
}

fn cell(unit: Unit, value: &Ratio) -> Cell {
    let figure = Figure::from(value.clone());
    match unit {
        Unit::Usd => Cell::Usd(figure),
        Unit::Share | Unit::Margin => Cell::Share(figure),
        Unit::Multiple => Cell::Multiple(figure),
        _ => Cell::Number(figure),
    }
}

/// The word for machines.
fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Usd => "usd",
        Unit::Share | Unit::Margin => "share",
        Unit::Multiple => "multiple",
        _ => "number",
    }
}

fn words(text: impl Into<String>) -> Piece {
    Piece::Words(text.into())
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

/// A formula, each child as `of` says.
fn formula(formula: &Formula, of: &dyn Fn(usize) -> Piece) -> Vec<Piece> {
    let joined = |parts: &[Formula], sign: &str, tight: bool| {
        let mut out = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                out.push(words(sign));
            }
            out.extend(if tight { held(part, of) } else { self::formula(part, of) });
        }
        out
    };
    match formula {
        Formula::Child(index) => vec![of(*index)],
        Formula::Number(number) => vec![Piece::Plain(number.clone())],
        Formula::Sum(parts) => joined(parts, " + ", false),
        Formula::Product(parts) => joined(&flat(parts), " × ", true),
        Formula::Difference(a, b) => {
            let b = if matches!(**b, Formula::Sum(_) | Formula::Difference(..)) {
                held(b, of)
            } else {
                self::formula(b, of)
            };
            [self::formula(a, of), vec![words(" − ")], b].concat()
        }
        Formula::Quotient(a, b) => {
            let a = if matches!(**a, Formula::Product(_)) { self::formula(a, of) } else { held(a, of) };
            [a, vec![words(" ÷ ")], held(b, of)].concat()
        }
        Formula::Least(parts) => [vec![words("least of (")], joined(parts, ", ", false), vec![words(")")]].concat(),
    }
}

/// The factors of a product, those of products within it among them.
fn flat(parts: &[Formula]) -> Vec<Formula> {
    let factors = |part: &Formula| match part {
        Formula::Product(inner) => flat(inner),
        other => vec![other.clone()],
    };
    parts.iter().flat_map(factors).collect()
}

/// In brackets where it is more than one thing.
fn held(part: &Formula, of: &dyn Fn(usize) -> Piece) -> Vec<Piece> {
    let inner = formula(part, of);
    match part {
        Formula::Product(parts) | Formula::Sum(parts) if parts.len() == 1 => inner,
        Formula::Child(_) | Formula::Number(_) | Formula::Least(_) => inner,
        _ => [vec![words("(")], inner, vec![words(")")]].concat(),
    }
}

fn in_words(node: &Node) -> Option<Vec<Piece>> {
    Some(formula(node.formula.as_ref()?, &|index| words(node.children[index].label.clone())))
}

fn in_numbers(node: &Node) -> Option<Vec<Piece>> {
    Some(formula(node.formula.as_ref()?, &|index| Piece::Plain(node.children[index].value.clone())))
}

fn plain(pieces: &[Piece]) -> String {
    let part = |piece: &Piece| match piece {
        Piece::Words(words) => words.clone(),
        Piece::Plain(value) => value.to_exact(),
        _ => String::new(),
    };
    pieces.iter().map(part).collect()
}

/// The override that gives a key of a plan its value.
pub(super) fn set_of<'s>(sets: &'s [String], plan: &str, key: &str) -> Option<&'s String> {
    sets.iter().rev().find(|set| {
        let Some((name, _)) = set.split_once('=') else { return false };
        let Some(pattern) = name.trim_end().strip_suffix(key).and_then(|plan| plan.strip_suffix('.')) else {
            return false;
        };
        glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(plan))
    })
}

impl Told<'_> {
    /// The override that an input comes from.
    fn set(&self, node: &Node) -> Option<&String> {
        // A flag for all plans outranks an override of one.
        let Some(Origin::Fact(_)) = &node.origin else { return None };
        let key = node.input.as_ref()?.plan_key(self.case.plan, self.case.question.day)?;
        set_of(self.sets, &self.case.plan.id, &key)
    }

    fn place(&self, node: &Node) -> String {
        match (self.set(node), &node.origin) {
            (Some(set), _) => format!("--set {set}"),
            (None, Some(Origin::Fact(fact))) => format!("{}:{}", fact.line.path, fact.line.line),
            (None, Some(Origin::Asked(flag))) => flag.clone(),
            (None, Some(Origin::Convention(_)) | None) => String::new(),
        }
    }

    fn fact<'n>(&self, node: &'n Node) -> Option<&'n Provenance> {
        match &node.origin {
            Some(Origin::Fact(fact)) if self.set(node).is_none() => Some(fact),
            _ => None,
        }
    }

    /// The lines of a tree; what was shown before is only named.
    fn branches(&self, node: &Node, depth: usize, seen: &mut Vec<String>, out: &mut Vec<Branch>) {
        let again = seen.contains(&node.key) && !node.children.is_empty();
        let mut notes = Vec::new();
        if let (Some(formula), false) = (in_words(node), again)
            && (node.children.len() > 1
                || matches!(node.formula, Some(Formula::Difference(..) | Formula::Quotient(..))))
        {
            notes.push([vec![words("= ")], formula].concat());
        }
        for remark in &node.remarks {
            notes.push(match remark {
                Remark::Words(text) => vec![words(text.clone())],
                Remark::Decides => vec![words("decides the maximum")],
                Remark::DoesNotDecide(times) => {
                    vec![
                        words("does not decide: alone it allows "),
                        Piece::Figure(cell(Unit::Multiple, times)),
                        words(" as much"),
                    ]
                }
                Remark::Unused(share) => vec![
                    words("does not decide: "),
                    Piece::Figure(cell(Unit::Share, share)),
                    words(" of it is not used"),
                ],
                Remark::BoundsNothing => vec![words("bounds nothing by itself: the work does not count against it")],
                Remark::Range(low, high) => vec![
                    words("sources say "),
                    Piece::Figure(cell(node.unit, low)),
                    words(" to "),
                    Piece::Figure(cell(node.unit, high)),
                ],
            });
        }
        if let Some(fact) = self.fact(node) {
            let id = format!("{}:{}", fact.line.path, fact.line.line);
            if !seen.contains(&id) {
                seen.push(id);
                let checked = fact.checked.map_or_else(|| "never checked".to_owned(), |day| format!("checked {day}"));
                let source = fact.source.as_deref().unwrap_or("no source");
                notes.push(vec![words(format!("{}, {checked}: {source}", fact.basis.word()))]);
                notes.extend(fact.note.as_ref().map(|note| vec![words(format!("note: {note}"))]));
            }
        }
        if let Some(Origin::Convention(why)) = &node.origin {
            notes.push(vec![words(*why)]);
        }
        if again {
            notes = vec![vec![words("as above")]];
        }
        seen.push(node.key.clone());
        out.push(Branch {
            depth,
            decimals: Decimals::Fine,
            label: node.label.clone(),
            value: Some(cell(node.unit, &node.value)),
            after: vec![words(node.per.clone())],
            place: self.place(node),
            notes,
        });
        if !again {
            node.children.iter().for_each(|child| self.branches(child, depth + 1, seen, out));
        }
    }

    pub(super) fn outline(&self) -> Outline {
        let Some(root) = self.root else { return self.absent() };
        let mut blocks = vec![Block::Line(vec![
            words(format!("{} = ", self.name)),
            Piece::Figure(cell(self.address.unit, &root.value)),
            words(" (exact "),
            Piece::Exact(root.value.clone()),
            words(")"),
        ])];
        if let (Some(formula), Some(numbers)) = (in_words(root), in_numbers(root)) {
            // What does not end within the decimals of a formula is not equal to them.
            let ends = (&root.value * &Ratio::from(1_000_000)).to_i128().is_some();
            let equals = words(if ends { " = " } else { " ≈ " });
            let numbers = [vec![words("= ")], numbers, vec![equals, Piece::Plain(root.value.clone())]].concat();
            blocks.push(Block::Formula(vec![[vec![words("= ")], formula].concat(), numbers]));
        }
        let mut branches = Vec::new();
        let mut seen = Vec::new();
        if root.children.is_empty() {
            self.branches(root, 0, &mut seen, &mut branches);
        }
        for child in &root.children {
            self.branches(child, 0, &mut seen, &mut branches);
        }
        blocks.push(Block::Tree { heading: String::new(), branches });
        for remark in root.remarks.iter().filter(|_| !root.children.is_empty()) {
            if let Remark::Words(text) = remark {
                blocks.push(Block::Prose(format!("Of the whole: {text}.")));
            }
        }
        if let Some((low, high)) = self.range() {
            let branch = |label: &str, value: &Option<Ratio>| Branch {
                label: label.to_owned(),
                decimals: Decimals::Rounded,
                value: Some(
                    value
                        .as_ref()
                        .map_or(Cell::Missing(Missing::NotApplicable), |value| cell(self.address.unit, value)),
                ),
                ..Branch::default()
            };
            let branches = vec![branch("at the low end", &low), branch("at the high end", &high)];
            blocks.push(Block::Tree { heading: "Where sources disagree on a limit".to_owned(), branches });
        }
        if !self.effects.is_empty() {
            let branches = self.effects.iter().map(|effect| self.effect_line(effect, &root.value)).collect();
            blocks.push(Block::Tree { heading: "Sensitivity: 10% more of each input".to_owned(), branches });
        }
        let shares = self.effects.iter().any(|effect| effect.key.ends_with("_share") || effect.key.ends_with(".share"));
        let mut last = String::new();
        if shares && self.effects.iter().any(|effect| effect.key.starts_with("workload.")) {
            last += "More of one share of the workload is less of its largest other share. ";
        }
        let mut has_limit = false;
        root.walk(&mut |node| has_limit |= node.key.starts_with("limit.") || node.key == "max_api");
        let approximate = has_limit && self.answer.basis != Basis::Published;
        if approximate {
            last += &format!("The maximum is {}, not published. ", self.answer.basis.word());
        }
        last += "Computed exactly; rounded once, at print, ties to even.";
        blocks.push(Block::Prose(last));
        Outline { blocks }
    }

    fn effect_line(&self, effect: &Effect, before: &Ratio) -> Branch {
        let ended = Cell::Missing(Missing::NotApplicable);
        let value = effect.figure.as_ref().map_or(ended, |value| cell(self.address.unit, value));
        let change = effect.figure.as_ref().map(|figure| Piece::Change(cell(self.address.unit, &(figure - before))));
        Branch {
            label: effect.label.clone(),
            value: Some(value),
            decimals: Decimals::Rounded,
            after: change.into_iter().collect(),
            ..Branch::default()
        }
    }

    /// The figure at the low and the high end of the limits' ranges, answered again.
    fn range(&self) -> Option<(Option<Ratio>, Option<Ratio>)> {
        if self.address.key.starts_with("max_api_low") || self.address.key.starts_with("max_api_high") {
            return None;
        }
        let ranged: Vec<_> =
            self.answer.limits.iter().filter_map(|limit| Some((limit, limit.range.as_ref()?))).collect();
        let end = |pick: fn(&(Ratio, Ratio)) -> &Ratio| {
            let mut plan = self.case.plan.clone();
            for (limit, range) in &ranged {
                plan.set_grant(&limit.id, self.case.question.day, pick(range))?;
            }
            let case = Case { plan: &plan, ..*self.case };
            Some(figure(&case, &case.answer(), self.address))
        };
        if ranged.is_empty() {
            return None;
        }
        let ends = (end(|range| &range.0)?, end(|range| &range.1)?);
        let moves = |end: &Option<Ratio>| end.as_ref() != self.root.map(|root| &root.value);
        (moves(&ends.0) || moves(&ends.1)).then_some(ends)
    }

    fn reason(&self) -> &'static str {
        let economics = self.answer.economics.as_ref();
        match (&self.answer.max_api, economics.map(crate::economics::Economics::break_even)) {
            _ if !self.missing.is_empty() => "unknown",
            _ if ["overage_of_list_price", "list_usd_per_mtok"].contains(&self.address.key) => "not_applicable",
            (_, Some(BreakEven::Never)) if self.address.key.starts_with("break_even") => "never",
            (_, Some(BreakEven::Always)) if self.address.key.starts_with("break_even") => "always",
            (MaxApi::Unlimited, _) if !self.address.key.contains("_low_") && !self.address.key.contains("_high_") => {
                "uncapped"
            }
            _ => "not_applicable",
        }
    }

    fn absent(&self) -> Outline {
        let reason = self.reason();
        let shown = match reason {
            "unknown" => "?",
            "uncapped" => "no cap",
            "not_applicable" => "n/a",
            word => word,
        };
        let why = match reason {
            "unknown" => "Not known. What is missing:",
            "never" => {
                "There is no such utilization: the vendor loses money without any use, because what is left of the \
                        price after fees and fixed cost is negative."
            }
            "always" => {
                "There is no such utilization: use never costs the vendor more, because the allowance or the cost of \
                         serving is nothing."
            }
            "uncapped" => "Use of this plan has no limit, so that there is no maximum to measure it against.",
            _ => {
                "The figure has no meaning here: see what it stands for in `plancost analyze --columns help`. A free plan has no \
                  margin and no multiple; some figures need a range, overage or --mean-use."
            }
        };
        let mut blocks =
            vec![Block::Line(vec![words(format!("{} = {shown}", self.name))]), Block::Prose(why.to_owned())];
        let line = &self.case.plan.provenance.line;
        let mut branches: Vec<Branch> = self
            .missing
            .iter()
            .map(|gap| Branch {
                label: gap.clone(),
                place: format!("{}:{}", line.path, line.line),
                ..Branch::default()
            })
            .collect();
        if let Some(branch) = branches.last_mut() {
            let note = self.case.plan.provenance.note.as_ref();
            branch.notes.extend(note.map(|note| vec![words(format!("note: {note}"))]));
            blocks.push(Block::Tree { heading: String::new(), branches });
            blocks.push(Block::Prose("What is not known is never taken for 0. `--set` tries a value.".to_owned()));
        }
        Outline { blocks }
    }

    fn record(&self, node: &Node) -> Record {
        let none = || Cell::Missing(Missing::NotApplicable);
        let fact = self.fact(node);
        let optional = |value: Option<String>| value.map_or_else(none, Cell::Text);
        let source = fact.map_or_else(none, |fact| {
            let line = Cell::Count(fact.line.line as u64);
            Cell::Record(vec![("path", text(&*fact.line.path)), ("line", line)])
        });
        let said = match (self.set(node), &node.origin) {
            (Some(set), _) => Some(format!("--set {set}")),
            (None, Some(Origin::Asked(flag))) => Some(flag.clone()),
            _ => None,
        };
        let notes: Vec<Cell> = node
            .remarks
            .iter()
            .filter_map(|remark| match remark {
                Remark::Words(words) => Some(text(words.clone())),
                Remark::Decides => Some(text("decides the maximum")),
                Remark::DoesNotDecide(times) => {
                    Some(text(format!("does not decide: {} times the maximum", times.to_decimal_trimmed(0, 6))))
                }
                Remark::Unused(share) => {
                    Some(text(format!("does not decide: {} of it is not used", share.to_decimal_trimmed(0, 6))))
                }
                Remark::BoundsNothing => Some(text("bounds nothing by itself")),
                Remark::Range(..) => None,
            })
            .chain(fact.and_then(|fact| fact.note.as_ref()).map(|note| text(&**note)))
            .chain(match &node.origin {
                Some(Origin::Convention(why)) => Some(text(*why)),
                _ => None,
            })
            .collect();
        let range = node.remarks.iter().find_map(|remark| match remark {
            Remark::Range(low, high) => Some(Cell::List(vec![cell(node.unit, low), cell(node.unit, high)])),
            _ => None,
        });
        vec![
            ("key", text(&*node.key)),
            ("label", text(&*node.label)),
            ("value", cell(node.unit, &node.value)),
            ("exact", text(node.value.to_exact())),
            ("unit", text(unit_word(node.unit))),
            ("per", text(&*node.per)),
            ("formula", optional(in_words(node).map(|pieces| plain(&pieces)))),
            ("source", source),
            ("flag", optional(said)),
            ("cited", optional(fact.and_then(|fact| fact.source.as_ref()).map(ToString::to_string))),
            ("checked", fact.and_then(|fact| fact.checked).map_or_else(none, Cell::Date)),
            ("basis", optional(fact.map(|fact| fact.basis.word().to_owned()))),
            ("notes", Cell::List(notes)),
            ("range", range.unwrap_or_else(none)),
            ("inputs", Cell::List(node.children.iter().map(|child| Cell::Record(self.record(child))).collect())),
        ]
    }

    /// One result: the tree.
    pub(super) fn report(&self) -> Report {
        let none = || Cell::Missing(Missing::NotApplicable);
        let mut record: Record = vec![
            ("plan", text(&*self.case.plan.id)),
            ("figure", text(self.name.rsplit_once(':').map_or("", |(_, figure)| figure))),
            ("status", text(if self.root.is_some() { "ok" } else { self.reason() })),
            ("missing", Cell::List(self.missing.iter().map(|gap| text(&**gap)).collect())),
        ];
        match self.root {
            Some(root) => record.extend(self.record(root)),
            None => {
                let mut absent = self.record(&Node::absent(self.address.key, self.address.unit));
                // What is not known is null, never 0.
                absent
                    .iter_mut()
                    .filter(|(key, _)| ["value", "exact"].contains(key))
                    .for_each(|(_, cell)| *cell = none());
                record.extend(absent);
            }
        }
        let value = |value: &Option<Ratio>| value.as_ref().map_or_else(none, |value| cell(self.address.unit, value));
        // The range of the figure takes the place of the range of a limit that is the figure.
        record.retain(|(key, _)| *key != "range");
        let range = self.range().map_or_else(none, |(low, high)| Cell::List(vec![value(&low), value(&high)]));
        record.push(("range", range));
        let before = self.root.map(|root| root.value.clone()).unwrap_or_default();
        let effect = |effect: &Effect| {
            let change = effect.figure.as_ref().map(|figure| figure - &before);
            let unit = self.root.and_then(|root| unit_of(root, &effect.key)).unwrap_or(Unit::Number);
            Cell::Record(vec![
                ("key", text(&*effect.key)),
                ("label", text(&*effect.label)),
                ("from", cell(unit, &effect.from)),
                ("to", cell(unit, &effect.to)),
                ("value", value(&effect.figure)),
                ("change", value(&change)),
            ])
        };
        record.push(("sensitivity", Cell::List(self.effects.iter().map(effect).collect())));
        let summary = vec![("inputs", Cell::Count(self.root.map_or(0, |root| root.leaves().len()) as u64))];
        of_rows(vec![record], summary)
    }

    /// The leaves as rows.
    pub(super) fn leaves(&self) -> Report {
        let none = || Cell::Missing(Missing::NotApplicable);
        let absent;
        let leaves = match self.root {
            Some(root) => root.leaves(),
            None => {
                absent = Node::absent(self.address.key, self.address.unit);
                vec![&absent]
            }
        };
        let row = |leaf: &&Node| {
            let mut record = self.record(leaf);
            record.retain(|(key, _)| !["inputs", "formula", "range", "source"].contains(key));
            let fact = self.fact(leaf);
            record.push(("path", fact.map_or_else(none, |fact| text(&*fact.line.path))));
            record.push(("line", fact.map_or_else(none, |fact| Cell::Count(fact.line.line as u64))));
            record.push(("status", text(if self.root.is_some() { "ok" } else { self.reason() })));
            if self.root.is_none() {
                // What is not known is an empty cell, never 0.
                record
                    .iter_mut()
                    .filter(|(key, _)| ["value", "exact"].contains(key))
                    .for_each(|(_, cell)| *cell = none());
            }
            record
        };
        of_rows(leaves.iter().map(row).collect(), Vec::new())
    }
}

fn unit_of(root: &Node, key: &str) -> Option<Unit> {
    let mut unit = None;
    root.walk(&mut |node| {
        if node.key == key {
            unit = Some(node.unit);
        }
    });
    unit
}

/// Records of equal keys as a report.
pub(super) fn of_rows(records: Vec<Record>, summary: Record) -> Report {
    let keys: Vec<&'static str> =
        records.first().map(|record| record.iter().map(|(key, _)| *key).collect()).unwrap_or_default();
    let column = |key: &'static str| Column {
        key,
        title: key.to_owned(),
        meaning: "",
        unit: Unit::Text,
        shown: true,
        drop_rank: 0,
        heat_points: Vec::new(),
    };
    let row = |record: Record| Row { group: None, cells: record.into_iter().map(|(_, cell)| cell).collect() };
    Report {
        kind: "explain",
        layout: crate::report::Layout::Rows,
        complete: true,
        as_of: None,
        inputs: Vec::new(),
        prices: Vec::new(),
        assumptions: Vec::new(),
        columns: keys.into_iter().map(column).collect(),
        rows: records.into_iter().map(row).collect(),
        summary,
        footer: Vec::new(),
        problems: Vec::new(),
        sections: Vec::new(),
        verdicts: None,
    }
}
