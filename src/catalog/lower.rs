//! From the shape of a file to its meaning: the laws between keys, tables and files, and the engine's types.

mod population;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::codes;
use super::read::{Reader, Rows};
use super::shape::{self, Fact, File};
use super::value::{At, Billed, Count, Day, Flag, Key, List, MixWord, Model, PerMtok};
use super::{Catalog, Input};
use crate::allowance::{CreditRates, Grant, Limit, ModelCredits};
use crate::economics::Fees;
use crate::fact::{Line, Provenance, Validity};
use crate::plan::{Allowance, Billing, MixRule, Overage, OverageKind, OverageRate, Plan, Price, Vendor};
use crate::problem::{Place, Problem, nearest};
use crate::rates::{ByClass, ContextTier, DatedRates, Peak, Rates, TokenClass};
use crate::units::{Date, Ratio, Tokens, Usd};
use crate::workload::{Mix, RequestKind, Work, Workload};

/// What was read so far.
pub(super) struct Lowering {
    catalog: Catalog,
    /// No file was damaged, so what is not there was not written.
    whole: bool,
    rates: BTreeMap<Arc<str>, Vec<DatedRates>>,
    vendors: BTreeMap<Arc<str>, (Place, bool)>,
    workloads: BTreeMap<Arc<str>, (Place, bool)>,
    populations: BTreeMap<Arc<str>, (Place, bool)>,
    plans: BTreeMap<(Arc<str>, Option<Date>), Place>,
    /// Workloads that plans name: the plan's place in the catalogue, the name, the place.
    workload_refs: Vec<(usize, Arc<str>, Place)>,
    /// Models that plans and workloads name.
    model_refs: Vec<At<Arc<str>>>,
    /// Names that were written, in tables that are wrong.
    unsound: BTreeSet<Arc<str>>,
    /// The newest day on which a figure was checked, or a plan or limit began that says no such day.
    newest_known: Option<Date>,
    /// The newest day on which a price began, which may be announced for later.
    newest_announced: Option<Date>,
}

/// The file that is being lowered.
struct Origin<'a> {
    input: &'a Input,
    path: Arc<str>,
    line_starts: Vec<usize>,
    vendor: Option<Arc<str>>,
}

impl Origin<'_> {
    fn line(&self, place: &Place) -> Line {
        let at = place.span.as_ref().map_or(0, |span| span.start);
        Line { path: Arc::clone(&self.path), line: self.line_starts.partition_point(|&start| start <= at) }
    }
}

fn arc(text: &str) -> Arc<str> {
    text.into()
}

fn usd(amount: &Ratio) -> Usd {
    Usd::from_ratio(amount).expect("twelve digits and twelve decimals of dollars fit")
}

fn flag(key: &Key<Flag>) -> bool {
    key.get().is_some_and(|flag| flag.0)
}

fn day(key: &Key<Day>) -> Option<Date> {
    key.get().map(|day| day.0)
}

fn is_set(place: Option<&Place>) -> bool {
    place.is_some_and(|place| place.source.name == "--set")
}

fn by_class<T, U>(keys: [&Key<T>; 5], of: impl Fn(&T) -> U) -> ByClass<Option<U>> {
    let mut keys = keys.into_iter();
    ByClass::from_fn(|_| keys.next().and_then(Key::get).map(&of))
}

macro_rules! classes {
    ($table:expr, $($key:ident)+) => { [$(&$table.$key),+] };
}

macro_rules! rates {
    ($table:expr) => {
        by_class(
            classes!($table, input_usd_per_mtok cache_read_usd_per_mtok cache_write_5m_usd_per_mtok
                cache_write_1h_usd_per_mtok output_usd_per_mtok),
            |rate: &PerMtok| rate.0,
        )
    };
}

fn is_empty<T: Copy + Default>(rates: &ByClass<Option<T>>) -> bool {
    rates.iter().all(|(_, rate)| rate.is_none())
}

fn rows<T>(key: Key<Rows<T>>) -> Vec<T> {
    match key {
        Key::Is(rows) => rows.value.0,
        _ => Vec::new(),
    }
}

impl Lowering {
    pub(super) fn new(whole: bool) -> Self {
        Self {
            catalog: Catalog::default(),
            whole,
            rates: BTreeMap::new(),
            vendors: BTreeMap::new(),
            workloads: BTreeMap::new(),
            populations: BTreeMap::new(),
            plans: BTreeMap::new(),
            workload_refs: Vec::new(),
            model_refs: Vec::new(),
            unsound: BTreeSet::new(),
            newest_known: None,
            newest_announced: None,
        }
    }

    /// Takes in a file; `plans`: its plans too.
    pub(super) fn file(&mut self, file: File, input: &Input, plans: bool, reader: &mut Reader) {
        let text = &input.source.text;
        let mut origin = Origin {
            input,
            path: arc(&input.source.name),
            line_starts: std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect(),
            vendor: None,
        };
        if let Key::Is(At { value: vendor, .. }) = file.vendor {
            origin.vendor = vendor.id.get().map(|id| arc(&id.0));
            self.vendor(&vendor, &origin, reader);
        }
        self.file_rates(rows(file.rates), &origin, reader);
        for workload in rows(file.workload) {
            self.workload(&workload, plans, &origin, reader);
        }
        for population in rows(file.population) {
            self.population(&population, &origin, reader);
        }
        if plans {
            for plan in rows(file.plan) {
                reader.plan = plan.id.get().map(|id| id.0.clone());
                self.plan(&plan, &origin, reader);
                reader.plan = None;
            }
        }
    }

    fn provenance(&mut self, table: &impl Fact, origin: &Origin<'_>) -> Provenance {
        let said = table.said();
        let checked = day(said.checked);
        self.newest_known = self.newest_known.max(checked);
        Provenance {
            source: said.source.get().map(|text| arc(&text.0)),
            checked,
            basis: said.basis.get().map(|&word| word.into()).unwrap_or_default(),
            note: said.note.get().map(|text| arc(&text.0)),
            line: origin.line(&said.head.place),
        }
    }

    fn validity(&mut self, from: &Key<Day>, until: &Key<Day>, earlier: &Key<Flag>, reader: &mut Reader) -> Validity {
        if let (Some(first), Some(end)) = (from.at(), until.at())
            && end.value.0 <= first.value.0
        {
            reader.report(
                Problem::error(codes::PERIOD, format!("`until` {} is not after `from` {}", end.value.0, first.value.0))
                    .at(end.place.clone())
                    .related(first.place.clone(), "it held from this day")
                    .help("`until` is the first day on which it held no longer"),
            );
        }
        Validity { from: day(from), until: day(until), held_earlier: flag(earlier) }
    }

    /// What does not say when it was checked was known on the day it began at the latest.
    fn known_since(&mut self, provenance: &Provenance, validity: &Validity) {
        if provenance.checked.is_none() {
            self.newest_known = self.newest_known.max(validity.from);
        }
    }

    fn vendor(&mut self, table: &shape::Vendor, origin: &Origin<'_>, reader: &mut Reader) {
        let Some(id) = table.id.at().filter(|_| table.head.sound) else { return };
        let vendor = Vendor {
            id: arc(&id.value.0),
            name: table.name.get().map(|name| arc(&name.0)),
            api_gross_margin: table.api_gross_margin.get().map(|margin| margin.0.clone()),
            provenance: self.provenance(table, origin),
        };
        let bundled = origin.input.bundled;
        match (self.catalog.vendors.get(&vendor.id), self.vendors.get(&vendor.id)) {
            (_, Some((_, false))) if bundled => return,
            (Some(other), Some((place, false)))
                if (&other.name, &other.api_gross_margin) != (&vendor.name, &vendor.api_gross_margin) =>
            {
                let message = format!("vendor `{}` is described in two ways", vendor.id);
                reader.report(
                    Problem::error(codes::DUPLICATE, message)
                        .at(id.place.clone())
                        .related(place.clone(), "and differently here")
                        .help("keep one, or give both the same `name` and `api_gross_margin`"),
                );
                return;
            }
            _ => {}
        }
        self.vendors.insert(Arc::clone(&vendor.id), (id.place.clone(), bundled));
        self.catalog.vendors.insert(Arc::clone(&vendor.id), vendor);
    }

    fn file_rates(&mut self, tables: Vec<shape::Rates>, origin: &Origin<'_>, reader: &mut Reader) {
        self.unsound.extend(tables.iter().filter_map(|table| Some(arc(&table.model.get()?.0))));
        let tables = Aliases::check(tables, reader);
        let mut priced: BTreeMap<Arc<str>, Vec<(DatedRates, Place)>> = BTreeMap::new();
        for (table, aliases) in tables {
            let place = table.model.place().unwrap_or(&table.head.place).clone();
            let Some(rates) = self.dated_rates(&table, aliases, origin, reader) else { continue };
            let entries = priced.entry(Arc::clone(&rates.model)).or_default();
            if let Some((other, first)) = entries.iter().find(|(other, _)| other.validity.from == rates.validity.from) {
                let when = other.validity.from.map_or("without a `from`".to_owned(), |day| format!("from {day}"));
                reader.report(
                    Problem::error(codes::RATES_TWICE, format!("model `{}` has two prices {when}", rates.model))
                        .at(place)
                        .related(first.clone(), "the other")
                        .help("a price that changed is an entry with a later `from`"),
                );
                continue;
            }
            entries.push((rates, place));
        }
        // What a later file prices, it prices alone; a bundled one only fills in.
        let names: BTreeSet<Arc<str>> = priced
            .values()
            .flatten()
            .flat_map(|(rates, _)| rates.aliases.iter().chain([&rates.model]))
            .map(Arc::clone)
            .collect();
        let taken = |entries: &[DatedRates]| entries.iter().any(|rates| !rates.bundled) && origin.input.bundled;
        let kept: BTreeSet<Arc<str>> = self
            .rates
            .iter()
            .filter(|(_, entries)| taken(entries))
            .flat_map(|(model, entries)| entries.iter().flat_map(|rates| &rates.aliases).chain([model]))
            .map(Arc::clone)
            .collect();
        for name in names.difference(&kept) {
            self.rates.remove(name);
            for rates in self.rates.values_mut().flatten() {
                rates.aliases.retain(|alias| alias != name);
            }
        }
        for (model, entries) in priced {
            if kept.contains(&model) {
                continue;
            }
            let entries = entries.into_iter().map(|(mut rates, _)| {
                rates.aliases.retain(|alias| !kept.contains(alias));
                rates
            });
            self.rates.insert(model, entries.collect());
        }
    }

    fn dated_rates(
        &mut self,
        table: &shape::Rates,
        aliases: Vec<Arc<str>>,
        origin: &Origin<'_>,
        reader: &mut Reader,
    ) -> Option<DatedRates> {
        let model = table.model.get()?;
        let errors = reader.errors;
        let validity = self.validity(&table.from, &table.until, &table.held_earlier, reader);
        self.newest_announced = self.newest_announced.max(validity.from);
        let base = rates!(table);
        let per_request = table.usd_per_request.get().map(|fee| usd(&fee.0));
        if table.head.sound && is_empty(&base) && per_request.is_none() && !flag(&table.price_unknown) {
            reader.report(
                Problem::error(codes::NO_RATES, format!("{} have no rate", table.head.title))
                    .at(table.head.place.clone())
                    .help(
                        "write at least `input_usd_per_mtok` and `output_usd_per_mtok`; a price of 0 is written as `0`",
                    ),
            );
        }
        let tiers = table.tier.get().map_or_else(Vec::new, |tiers| tiers_of(&tiers.0, reader));
        let peak = table.peak.get().and_then(|peak| {
            let days = peak.days.get();
            Some(Peak {
                multiplier: peak.multiplier.get()?.0.clone(),
                minutes_utc: peak.hours_utc.get()?.0.iter().map(|span| span.value.0).collect(),
                days: std::array::from_fn(|nth| {
                    days.is_none_or(|days| days.0.iter().any(|day| day.value as usize == nth))
                }),
            })
        });
        if flag(&table.price_unknown) {
            if !is_empty(&base) || per_request.is_some() {
                reader.report(
                    Problem::error(codes::TWO_AT_ONCE, format!("{} are known and unknown", table.head.title))
                        .at(table.price_unknown.place().unwrap_or(&table.head.place).clone())
                        .help("keep the rates, or `price_unknown = true`"),
                );
            }
            self.provenance(table, origin);
            self.catalog.unpriced.insert(arc(&model.0));
            return None;
        }
        let rates = Rates {
            base,
            tiers,
            batch_multiplier: table.batch_multiplier.get().map(|share| share.0.clone()),
            usd_per_request: per_request.unwrap_or_default(),
            peak,
            serving_cost: table.serving_cost.get().map(|costs| rates!(costs)),
        };
        let provenance = self.provenance(table, origin);
        (table.head.sound && reader.errors == errors).then(|| DatedRates {
            model: arc(&model.0),
            aliases,
            vendor: origin.vendor.clone(),
            validity,
            provenance,
            rates,
            bundled: origin.input.bundled,
        })
    }

    fn workload(&mut self, table: &shape::Workload, own: bool, origin: &Origin<'_>, reader: &mut Reader) {
        let Some(id) = table.id.at() else { return };
        self.unsound.insert(arc(&id.value.0));
        let errors = reader.errors;
        let work = work(table, reader);
        let provenance = self.provenance(table, origin);
        let (true, Some(work)) = (table.head.sound && reader.errors == errors, work) else { return };
        let workload =
            Workload { id: arc(&id.value.0), name: table.name.get().map(|name| arc(&name.0)), work, provenance };
        let bundled = origin.input.bundled;
        match self.workloads.get(&workload.id) {
            Some((_, false)) if bundled => return,
            Some((other, was_bundled)) if *was_bundled == bundled => {
                reader.report(
                    Problem::error(codes::DUPLICATE, format!("two workloads have the id `{}`", workload.id))
                        .at(id.place.clone())
                        .related(other.clone(), "the other")
                        .help("give each its own id"),
                );
                return;
            }
            _ => {}
        }
        if own {
            let kinds = table.request.get().into_iter().flat_map(|rows| &rows.0).map(|row| &row.model);
            self.model_refs.extend(
                std::iter::once(&table.model)
                    .chain(kinds)
                    .filter_map(Key::at)
                    .map(|model| At { value: arc(&model.value.0), place: model.place.clone() }),
            );
        }
        self.workloads.insert(Arc::clone(&workload.id), (id.place.clone(), bundled));
        self.catalog.workloads.insert(Arc::clone(&workload.id), workload);
    }

    fn plan(&mut self, table: &shape::Plan, origin: &Origin<'_>, reader: &mut Reader) {
        let Some(id) = table.id.at() else { return };
        let errors = reader.errors;
        let id = At { value: arc(&id.value.0), place: id.place.clone() };
        let report = &mut |problem: Problem| reader.report(problem);
        let price = price(table, report);
        let fees = fees(table, report);
        let provenance = self.provenance(table, origin);
        let validity = self.validity(&table.from, &table.until, &table.held_earlier, reader);
        self.known_since(&provenance, &validity);
        let allowance = self.allowance(table, &provenance, origin, reader);
        let credits = self.credits(table, &allowance, reader);
        let overage = table.overage.get().and_then(|overage| {
            Some(Overage {
                kind: match overage.kind.get() {
                    Some(super::value::OverageKind::Prepaid) => OverageKind::Prepaid,
                    _ => OverageKind::Metered,
                },
                rate: if let Some(rate) = overage.rate_of_list_price.get() {
                    OverageRate::OfListPrice(rate.0.clone())
                } else if let Some(rate) = overage.usd_per_credit.get() {
                    OverageRate::UsdPerCredit(rate.0.clone())
                } else {
                    OverageRate::UsdPerRequest(overage.usd_per_request.get()?.0.clone())
                },
                provenance: inherit(self.provenance(overage, origin), &provenance),
            })
        });
        let seats = table.seats.at().map_or(Some(1), |seats| {
            let few = u32::try_from(seats.value.0).ok();
            if few.is_none() {
                let message = format!("`seats` must be at most {}", u32::MAX);
                reader.report(Problem::error(codes::RANGE, message).at(seats.place.clone()));
            }
            few
        });
        let key = (Arc::clone(&id.value), validity.from);
        if let Some(other) = self.plans.get(&key) {
            let when = key.1.map_or("without a `from`".to_owned(), |day| format!("from {day}"));
            reader.report(
                Problem::error(codes::DUPLICATE, format!("two plans have the id `{}` {when}", id.value))
                    .at(id.place.clone())
                    .related(other.clone(), "the other")
                    .help("a plan that changed is an entry with a later `from`; another plan has an id of its own"),
            );
        } else {
            self.plans.insert(key, id.place.clone());
        }
        let (true, Some(price), Some(seats)) = (table.head.sound && reader.errors == errors, price, seats) else {
            return;
        };
        if let Some(workload) = table.workload.at() {
            self.workload_refs.push((self.catalog.plans.len(), arc(&workload.value.0), workload.place.clone()));
        }
        self.catalog.plans.push(Plan {
            id: id.value,
            name: table.name.get().map(|name| arc(&name.0)),
            vendor: table.vendor.get().map(|id| arc(&id.0)).or_else(|| origin.vendor.clone()),
            price,
            seats,
            vat_share: table.vat_share.get().map(|share| share.0.clone()).unwrap_or_default(),
            fees,
            fixed_cost: table.fixed_cost_usd_per_month.get().map(|cost| usd(&cost.0)).unwrap_or_default(),
            api_gross_margin: table.api_gross_margin.get().map(|margin| margin.0.clone()),
            allowance,
            workload: table.workload.get().map(|id| arc(&id.0)),
            mix: match table.mix.get() {
                Some(MixWord::WorstCase) => MixRule::WorstCase,
                _ => MixRule::AsMeasured,
            },
            credits,
            overage,
            validity,
            provenance,
        });
    }

    fn allowance(
        &mut self,
        table: &shape::Plan,
        plan: &Provenance,
        origin: &Origin<'_>,
        reader: &mut Reader,
    ) -> Allowance {
        if flag(&table.unlimited) {
            return Allowance::Unlimited;
        }
        if flag(&table.allowance_unknown) {
            return Allowance::Unknown;
        }
        let mut limits: Vec<(Limit, &shape::Limit)> = Vec::new();
        for row in table.limit.get().into_iter().flat_map(|rows| &rows.0) {
            let Some(every) = row.every.get() else { continue };
            let validity = self.validity(&row.from, &row.until, &row.held_earlier, reader);
            let provenance = inherit(self.provenance(row, origin), plan);
            self.known_since(&provenance, &validity);
            let grant = grant(row, reader);
            let range = grant.as_ref().and_then(|(grant, place)| range(row, grant, place, reader));
            let models = row.models.get().map(|models| self.names(models));
            let id = row.id.get().map_or_else(|| arc(&every.0.to_string()), |id| arc(&id.0));
            let same = limits.iter().find(|(other, other_row)| {
                let unnamed = row.id.is_absent() || other_row.id.is_absent();
                other.id == id && (other.validity.from == validity.from || unnamed && other.models != models)
            });
            if let Some((_, other)) = same {
                let place =
                    |row: &shape::Limit| row.id.place().or(row.every.place()).unwrap_or(&row.head.place).clone();
                reader.report(
                    Problem::error(codes::DUPLICATE, format!("two limits of {} are called `{id}`", table.head.title))
                        .at(place(row))
                        .related(place(other), "the other")
                        .help("give one an `id`; a limit without one is called by its window"),
                );
                continue;
            }
            let Some((grant, _)) = grant else { continue };
            limits.push((Limit { id, every: every.0, grant, models, range, validity, provenance }, row));
        }
        if limits.is_empty() {
            return Allowance::Unknown;
        }
        Allowance::Limits(limits.into_iter().map(|(limit, _)| limit).collect())
    }

    fn names(&mut self, models: &List<Model>) -> Vec<Arc<str>> {
        let names = models.0.iter().map(|model| At { value: arc(&model.value.0), place: model.place.clone() });
        self.model_refs.extend(names);
        models.0.iter().map(|model| arc(&model.value.0)).collect()
    }

    fn credits(&mut self, table: &shape::Plan, allowance: &Allowance, reader: &mut Reader) -> CreditRates {
        let by_model = table.credit_rate.get().into_iter().flat_map(|rows| &rows.0).filter_map(|row| {
            let model = row.model.at()?;
            self.model_refs.push(At { value: arc(&model.value.0), place: model.place.clone() });
            Some(ModelCredits {
                model: arc(&model.value.0),
                per_mtok: by_class(
                    classes!(row, input_credits_per_mtok cache_read_credits_per_mtok cache_write_5m_credits_per_mtok
                        cache_write_1h_credits_per_mtok output_credits_per_mtok),
                    |credits| credits.0.clone(),
                ),
                per_request: row.credits_per_request.get().map(|credits| credits.0.clone()).unwrap_or_default(),
            })
        });
        let priced = [table.credits_per_api_usd.place(), table.credit_rate.place()].into_iter().flatten().next();
        if let (Some(unpriced), Some(priced)) =
            (table.credits_unpriced.at().filter(|unpriced| unpriced.value.0), priced)
        {
            reader.report(
                Problem::error(
                    codes::TWO_AT_ONCE,
                    format!("the credits of {} are priced and unpriced", table.head.title),
                )
                .at(unpriced.place.clone())
                .related(priced.clone(), "says what a credit buys")
                .help("drop one"),
            );
        }
        let credits = CreditRates {
            unpriced: flag(&table.credits_unpriced),
            per_api_usd: table.credits_per_api_usd.get().map(|credits| credits.0.clone()),
            by_model: by_model.collect(),
        };
        let grants_credits = |limit: &&Limit| matches!(limit.grant, Grant::Credits(_));
        if let Allowance::Limits(limits) = allowance
            && limits.iter().any(|limit| grants_credits(&limit))
            && table.credit_rate.is_absent()
            && table.credits_per_api_usd.is_absent()
            && !credits.unpriced
        {
            let rows = table.limit.get().into_iter().flat_map(|rows| &rows.0);
            let place = rows.filter_map(|row| row.credits.place()).next().unwrap_or(&table.head.place).clone();
            let problem =
                Problem::warning(codes::CREDITS, format!("{} does not say what a credit buys", table.head.title))
                    .at(place)
                    .note("figures that need it are shown as `?`, never as 0")
                    .help(
                        "write `credits_per_api_usd`, rows of `[[plan.credit_rate]]`, or `credits_unpriced = true` if \
                         nobody knows",
                    );
            reader.report(problem);
        }
        credits
    }

    /// Checks what needs all files, and hands out the catalogue.
    pub(super) fn finish(mut self, reader: &mut Reader) -> Catalog {
        let mut gone = BTreeSet::new();
        for (plan, name, place) in &self.workload_refs {
            if self.catalog.workloads.contains_key(name) {
                continue;
            }
            gone.insert(*plan);
            if !self.whole || self.unsound.contains(name) {
                continue;
            }
            let mut problem = Problem::error(codes::UNKNOWN_WORKLOAD, format!("no workload `{name}`"))
                .at(place.clone())
                .plan(&*self.catalog.plans[*plan].id);
            match nearest(name, self.catalog.workloads.keys().map(|id| &**id)) {
                Some(near) => problem = problem.label(format!("did you mean `{near}`?")),
                None => problem = problem.help(format!("define it: `[[workload]]` with `id = \"{name}\"`")),
            }
            reader.report(problem);
        }
        let mut nth = 0..;
        self.catalog.plans.retain(|_| !gone.contains(&nth.next().expect("it has no end")));
        for rates in std::mem::take(&mut self.rates).into_values().flatten() {
            self.catalog.rates.insert(rates);
        }
        for plan in &mut self.catalog.plans {
            let limits = match &mut plan.allowance {
                Allowance::Limits(limits) => limits.as_mut_slice(),
                Allowance::Unlimited | Allowance::Unknown => &mut [],
            };
            let scopes = limits.iter_mut().filter_map(|limit| limit.models.as_mut()).flatten();
            let rates = &self.catalog.rates;
            for name in scopes.chain(plan.credits.by_model.iter_mut().map(|row| &mut row.model)) {
                if let Some(model) = rates.resolve(name) {
                    *name = Arc::clone(model);
                }
            }
        }
        let mut told = BTreeSet::new();
        for model in &self.model_refs {
            let name = &model.value;
            let unsound = self.unsound.contains(name) && !self.catalog.unpriced.contains(name);
            if !self.whole || self.catalog.rates.resolve(name).is_some() || unsound {
                continue;
            }
            if !told.insert(Arc::clone(name)) {
                continue;
            }
            let mut problem = super::no_price(name).at(model.place.clone());
            if let Some(near) = nearest(name, self.catalog.rates.names()) {
                problem = problem.help(format!("nearest name in the catalogue: `{near}`"));
            }
            reader.report(problem.help("a price is an entry of `[[rates]]` in any of the files"));
        }
        self.catalog.newest = self.newest_known.or(self.newest_announced);
        self.catalog
    }
}

/// What stands behind a figure that does not say so itself: what stands behind its plan.
fn inherit(own: Provenance, plan: &Provenance) -> Provenance {
    if own.source.is_some() {
        return own;
    }
    Provenance { source: plan.source.clone(), checked: own.checked.or(plan.checked), ..own }
}

/// Exact names of models within a file, each of one model only.
struct Aliases;

impl Aliases {
    /// Each table with the aliases that are sound.
    fn check(tables: Vec<shape::Rates>, reader: &mut Reader) -> Vec<(shape::Rates, Vec<Arc<str>>)> {
        let mut models: BTreeMap<Arc<str>, Place> = BTreeMap::new();
        for model in tables.iter().filter_map(|table| table.model.at()) {
            models.entry(arc(&model.value.0)).or_insert_with(|| model.place.clone());
        }
        // Alias to model and place; a model's first alias that is another model's name leads on.
        let mut owners: BTreeMap<Arc<str>, (Arc<str>, Place)> = BTreeMap::new();
        let mut next: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
        let named = |table: &shape::Rates| table.model.get().map(|model| arc(&model.0));
        for table in &tables {
            for alias in table.aliases.get().into_iter().flat_map(|list| &list.0) {
                let (Some(model), alias) = (named(table), arc(&alias.value.0)) else { continue };
                if alias != model && models.contains_key(&alias) {
                    next.entry(model).or_insert(alias);
                }
            }
        }
        let circles = circles(&next);
        let mut told: BTreeSet<Arc<str>> = BTreeSet::new();
        let mut checked = Vec::with_capacity(tables.len());
        for table in tables {
            let Some(model) = named(&table) else { continue };
            let mut sound = Vec::new();
            for at in table.aliases.get().into_iter().flat_map(|list| &list.0) {
                let alias = arc(&at.value.0);
                let problem = |message: String| Problem::error(codes::ALIAS, message).at(at.place.clone());
                if alias == model {
                    reader.report(problem(format!("`{alias}` is an alias of itself")).help("leave it out"));
                } else if let Some(place) = models.get(&alias) {
                    let problem = if let Some(path) = circles.get(&model).filter(|path| path.contains(&alias)) {
                        if !told.insert(Arc::clone(&path[0])) {
                            continue;
                        }
                        let dots = if path.len() > 6 { "…, " } else { "" };
                        let names: Vec<_> = path.iter().take(6).map(|name| format!("`{name}`, ")).collect();
                        problem(format!("aliases go round in a circle: {}{dots}`{}`", names.concat(), path[0]))
                    } else {
                        problem(format!("`{alias}` is an alias of `{model}` and a model of its own"))
                    };
                    reader.report(
                        problem
                            .related(place.clone(), "priced here")
                            .help("an alias is another exact name of one model; drop it, or its own entry"),
                    );
                } else if let Some((other, place)) = owners.get(&alias).filter(|(other, _)| *other != model) {
                    reader.report(
                        problem(format!("`{alias}` is an alias of `{model}` and of `{other}`"))
                            .related(place.clone(), "the other")
                            .help("an alias is another exact name of one model; keep one"),
                    );
                } else {
                    owners.insert(Arc::clone(&alias), (Arc::clone(&model), at.place.clone()));
                    sound.push(alias);
                }
            }
            checked.push((table, sound));
        }
        checked
    }
}

/// The circles that names form when each leads to at most one other, under each name in them.
fn circles(next: &BTreeMap<Arc<str>, Arc<str>>) -> BTreeMap<Arc<str>, Rc<Vec<Arc<str>>>> {
    let mut circles = BTreeMap::new();
    let mut seen: BTreeSet<&Arc<str>> = BTreeSet::new();
    for start in next.keys() {
        let mut path: Vec<&Arc<str>> = Vec::new();
        let mut at = start;
        while seen.insert(at) {
            path.push(at);
            match next.get(at) {
                Some(to) => at = to,
                None => break,
            }
        }
        if let Some(first) = path.iter().position(|&name| name == at).filter(|_| next.contains_key(at)) {
            let circle: Rc<Vec<_>> = Rc::new(path[first..].iter().map(|&name| Arc::clone(name)).collect());
            circles.extend(circle.iter().map(|name| (Arc::clone(name), Rc::clone(&circle))));
        }
    }
    circles
}

fn tiers_of(rows: &[shape::Tier], reader: &mut Reader) -> Vec<ContextTier> {
    let mut tiers: Vec<ContextTier> = Vec::new();
    for row in rows {
        let inclusive = !row.from_prompt_tokens.is_absent();
        let mark = if inclusive { row.from_prompt_tokens.at() } else { row.above_prompt_tokens.at() };
        let Some(At { value: Count(mark), place }) = mark else { continue };
        let rates = rates!(row);
        if row.head.sound && is_empty(&rates) {
            reader.report(
                Problem::error(codes::NO_RATES, format!("{} has no rate", row.head.title))
                    .at(row.head.place.clone())
                    .help("write the rates that change; a class that is left out keeps its base rate"),
            );
        }
        let tier = ContextTier { prompt_tokens: Tokens(*mark), inclusive, rates };
        if tiers.iter().any(|other| (other.prompt_tokens, other.inclusive) == (tier.prompt_tokens, tier.inclusive)) {
            reader.report(
                Problem::error(codes::TIER, format!("two tiers begin at {mark} prompt tokens"))
                    .at(place.clone())
                    .help("each tier begins at its own mark"),
            );
        }
        tiers.push(tier);
    }
    tiers
}

fn no_effect<T>(key: &Key<T>, name: &str, why: &str) -> Option<Problem> {
    let place = key.place()?.clone();
    Some(Problem::error(codes::NO_EFFECT, format!("`{name}` has no effect here")).at(place).help(why))
}

fn price(table: &shape::Plan, report: &mut impl FnMut(Problem)) -> Option<Price> {
    let billed = match table.billed_every.get() {
        Some(Billed::Year) => Billing::Year,
        _ => Billing::Month,
    };
    let mut price = Price {
        amount: None,
        billed,
        annual: table.annual_price_usd.get().map(|annual| usd(&annual.0)),
        currency: None,
    };
    if let Some(annual) = table.annual_price_usd.place()
        && billed == Billing::Year
    {
        let message = "the price of a year is said twice";
        let mut problem = Problem::error(codes::TWO_AT_ONCE, message)
            .at(annual.clone())
            .help("`annual_price_usd` goes beside the price of a month; drop it or `billed_every`");
        if let Some(place) = table.billed_every.place() {
            problem = problem.related(place.clone(), "makes the price that of a year");
        }
        report(problem);
    }
    if let Some(amount) = table.price.at() {
        let missing: Vec<_> =
            [("currency", table.currency.is_absent()), ("usd_per_unit", table.usd_per_unit.is_absent())]
                .iter()
                .filter(|(_, absent)| *absent)
                .map(|(key, _)| format!("`{key}`"))
                .collect();
        if !missing.is_empty() {
            report(
                Problem::error(codes::MISSING, format!("`price` needs {}", missing.join(" and ")))
                    .at(amount.place.clone())
                    .help("a price in dollars is `price_usd`"),
            );
        }
        if let Some(problem) = no_effect(&table.annual_price_usd, "annual_price_usd", "it goes with `price_usd`") {
            report(problem);
        }
        price.amount = Some(usd(&amount.value.0));
        price.currency = Some((arc(&table.currency.get()?.0), table.usd_per_unit.get()?.0.clone()));
        return Some(price);
    }
    if !is_set(table.price_usd.place()) && table.price.is_absent() {
        const WITH: &str = "it goes with `price`, the price in another currency";
        no_effect(&table.currency, "currency", WITH).into_iter().for_each(&mut *report);
        no_effect(&table.usd_per_unit, "usd_per_unit", WITH).into_iter().for_each(&mut *report);
    }
    if !flag(&table.price_unknown) {
        price.amount = table.price_usd.get().map(|amount| usd(&amount.0));
    }
    Some(price)
}

fn fees(table: &shape::Plan, report: &mut impl FnMut(Problem)) -> Fees {
    let Some(fees) = table.fees.get() else { return Fees::default() };
    if let Some(store) = fees.store_share.at() {
        if let Some(other) = fees.share.place().or(fees.fixed_usd.place()) {
            report(
                Problem::error(
                    codes::TWO_AT_ONCE,
                    format!("{} are those of a store and of a processor", fees.head.title),
                )
                .at(store.place.clone())
                .related(other.clone(), "a processor's")
                .help("`store_share`, or `share` and `fixed_usd`"),
            );
        }
        return Fees::Store { share: store.value.0.clone() };
    }
    Fees::Processor {
        share: fees.share.get().map(|share| share.0.clone()).unwrap_or_default(),
        fixed_usd: fees.fixed_usd.get().map(|fixed| fixed.0.clone()).unwrap_or_default(),
    }
}

/// The grant of a limit and where its figure stands.
fn grant(row: &shape::Limit, reader: &mut Reader) -> Option<(Grant, Place)> {
    let (grant, place) = if let Some(api) = row.api_usd.at() {
        let discount = row.discount_share.get().map(|share| share.0.clone()).unwrap_or_default();
        (Grant::ApiUsd { usd: usd(&api.value.0), discount }, &api.place)
    } else if let Some(tokens) = row.tokens.at() {
        let weights = row.weights.get().map(|weights| {
            by_class(classes!(weights, input cache_read cache_write_5m cache_write_1h output), |w| w.0.clone())
        });
        let weight = |class| weights.as_ref().and_then(|weights| weights[class].clone()).unwrap_or_else(Ratio::one);
        (Grant::Tokens { count: Tokens(tokens.value.0), weights: ByClass::from_fn(weight) }, &tokens.place)
    } else if let Some(credits) = row.credits.at() {
        (Grant::Credits(credits.value.0.clone()), &credits.place)
    } else if let Some(requests) = row.requests.at() {
        (Grant::Requests(requests.value.0.clone()), &requests.place)
    } else {
        let hours = row.hours.at()?;
        (Grant::Hours(hours.value.0.clone()), &hours.place)
    };
    // A grant of another unit by `--set` leaves the rest of the file's behind.
    if !is_set(Some(place)) {
        let in_usd = matches!(grant, Grant::ApiUsd { .. });
        let mut problems = Vec::new();
        if in_usd {
            problems.push(no_effect(&row.range, "range", "the range of an `api_usd` figure is `range_usd`"));
        } else {
            let why = "it goes with `api_usd`";
            problems.push(no_effect(&row.discount_share, "discount_share", why));
            problems.push(no_effect(&row.range_usd, "range_usd", "the range of a figure in another unit is `range`"));
        }
        if !matches!(grant, Grant::Tokens { .. }) {
            problems.push(no_effect(&row.weights, "weights", "they go with `tokens`"));
        }
        problems.into_iter().flatten().for_each(|problem| reader.report(problem));
    }
    Some((grant, place.clone()))
}

/// The range of a grant; a figure from `--set` has none but its own.
fn range(row: &shape::Limit, grant: &Grant, place: &Place, reader: &mut Reader) -> Option<(Ratio, Ratio)> {
    let key = if matches!(grant, Grant::ApiUsd { .. }) { &row.range_usd } else { &row.range };
    let pair = key.at().filter(|pair| !is_set(Some(place)) || is_set(Some(&pair.place)))?;
    let (low, high) = &pair.value.0;
    let amount = grant.amount();
    if amount < *low || amount > *high {
        let message =
            format!("the range {} to {} does not hold {}", low.to_exact(), high.to_exact(), amount.to_exact());
        reader.report(
            Problem::error(codes::SPREAD, message)
                .at(pair.place.clone())
                .related(place.clone(), "the figure")
                .help("the figure that is used lies inside the range, or at an end"),
        );
    }
    Some((low.clone(), high.clone()))
}

fn work(table: &shape::Workload, reader: &mut Reader) -> Option<Work> {
    if !table.head.sound {
        return None;
    }
    let shares = classes!(table, input_share cache_read_share cache_write_5m_share cache_write_1h_share output_share);
    if let Some(kinds) = table.request.get() {
        const WHY: &str = "it goes with a single `model`; each `[[workload.request]]` has its own tokens";
        let names = ["input_share", "cache_read_share", "cache_write_5m_share", "cache_write_1h_share", "output_share"];
        let shares = names.iter().zip(shares).map(|(name, key)| no_effect(key, name, WHY));
        let more = [
            no_effect(&table.prompt_tokens, "prompt_tokens", WHY),
            no_effect(&table.tokens_per_request, "tokens_per_request", WHY),
            no_effect(&table.tokens_per_hour, "tokens_per_hour", WHY),
        ];
        let problem = shares.chain(more).flatten().next();
        problem.into_iter().for_each(|problem| reader.report(problem));
        return requests(table, &kinds.0, reader);
    }
    let model = table.model.get()?;
    let written: Vec<_> = shares.iter().filter_map(|key| key.at()).collect();
    let sum: Ratio = written.iter().map(|share| share.value.0.clone()).sum();
    match written.last() {
        None => reader.report(
            Problem::error(codes::MISSING, format!("{} has no shares of tokens", table.head.title))
                .at(table.head.place.clone())
                .help("write `input_share`, `cache_read_share`, `output_share` and so on; they add up to 1"),
        ),
        Some(last) if sum != Ratio::one() => {
            reader.report(sum_problem(&format!("the token shares of {}", table.head.title), &sum, &last.place));
        }
        Some(_) => {}
    }
    Some(Work::Mix(Box::new(Mix {
        model: arc(&model.0),
        shares: {
            let shares = by_class(shares, |share| share.0.clone());
            ByClass::from_fn(|class| shares[class].clone().unwrap_or_default())
        },
        prompt_tokens: table.prompt_tokens.get().map(|count| Tokens(count.0)),
        tokens_per_request: table.tokens_per_request.get().map(|count| count.0.clone()),
        tokens_per_hour: table.tokens_per_hour.get().map(|count| count.0.clone()),
    })))
}

fn sum_problem(what: &str, sum: &Ratio, place: &Place) -> Problem {
    let rest = Ratio::one() - sum;
    let off = if rest.is_negative() { "too much" } else { "missing" };
    Problem::error(codes::SUM, format!("{what} add up to {}, not 1", sum.to_exact()))
        .at(place.clone())
        .note(format!("{} is {off}", rest.abs().to_exact()))
}

fn requests(table: &shape::Workload, kinds: &[shape::Request], reader: &mut Reader) -> Option<Work> {
    let mut requests: Vec<RequestKind> = Vec::new();
    for kind in kinds {
        let (model, share) = (kind.model.get()?, kind.share.get()?);
        let id = kind.id.get().map_or_else(|| arc(&model.0), |id| arc(&id.0));
        if let Some(place) = kind.id.place().or(kind.model.place()).filter(|_| requests.iter().any(|r| r.id == id)) {
            reader.report(
                Problem::error(codes::DUPLICATE, format!("two requests of {} are called `{id}`", table.head.title))
                    .at(place.clone())
                    .help("give each its own `id`; a request without one is called by its model"),
            );
        }
        let tokens = by_class(
            classes!(kind, input_tokens cache_read_tokens cache_write_5m_tokens cache_write_1h_tokens output_tokens),
            |count| Tokens(count.0),
        );
        requests.push(RequestKind {
            id,
            model: arc(&model.0),
            share: share.0.clone(),
            tokens: ByClass::from_fn(|class: TokenClass| tokens[class].unwrap_or_default()),
            hours: kind.hours.get().map(|hours| hours.0.clone()),
        });
    }
    let sum: Ratio = requests.iter().map(|kind| kind.share.clone()).sum();
    if sum != Ratio::one()
        && let Some(last) = kinds.last().and_then(|kind| kind.share.place())
    {
        reader.report(sum_problem(&format!("the request shares of {}", table.head.title), &sum, last));
    }
    Some(Work::Requests(requests))
}
