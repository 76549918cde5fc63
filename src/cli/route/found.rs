//! What comes of a routing, and the sentences that say it.

use super::Args;
use super::case::Case;
use super::needed::{self, Target, percent};
use super::sections::{self, thousand};
use super::work::{Named, Per, unpriced};
use crate::catalog::codes;
use crate::catalog::routes::{Cascade, Session};
use crate::cli::Stop;
use crate::problem::Problem;
use crate::report::Section;
use crate::scenario::routing::cascade::{Cascaded, cascade};
use crate::scenario::routing::classes::Classes;
use crate::scenario::routing::optimize::{frontier, optimize};
use crate::scenario::routing::session::Pattern;
use crate::scenario::routing::uniform::Uniform;
use crate::scenario::routing::{Outcome, Parts, RoutingError};
use crate::units::Ratio;

/// One line of the results.
#[derive(Clone, Default)]
pub(super) struct Line {
    pub(super) route: String,
    pub(super) kind: &'static str,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) per: Per,
    pub(super) requests_share: Option<Ratio>,
    /// Share of it that is moved.
    pub(super) moved_share: Ratio,
    pub(super) outcome: Outcome,
    /// Before and after.
    pub(super) quality: Option<(Ratio, Ratio)>,
}

/// What comes of a case.
pub(super) struct Found {
    pub(super) lines: Vec<Line>,
    /// The position of [`Found::main`].
    main: usize,
    pub(super) moved: Vec<Ratio>,
    pub(super) floor_is_reached: bool,
    pub(super) shadow_usd: Option<Ratio>,
    pub(super) target: Option<Target>,
    pub(super) sentences: Vec<String>,
    pub(super) patterns: Section,
    pub(super) cascaded: Option<Cascaded>,
}

pub(super) fn find(args: &Args, case: &Case) -> Result<Found, Stop> {
    let mut found = Found {
        lines: Vec::new(),
        main: 0,
        moved: case.moved.clone(),
        floor_is_reached: true,
        shadow_usd: None,
        target: None,
        sentences: Vec::new(),
        patterns: sections::patterns(),
        cascaded: None,
    };
    match &case.classes {
        Some(classes) => of_classes(args, case, classes, &mut found)?,
        None if args.question.quality_floor.is_some() => {
            return Err(Problem::error(codes::USAGE, "a quality floor needs classes of requests")
                .help("add `[[class]]` tables with `quality_frontier` and `quality_cheap`")
                .into());
        }
        None => {}
    }
    if let Some(session) = &case.session {
        of_session(args, case, session, &mut found)?;
    }
    if let Some(cascade) = &case.cascade {
        of_cascade(args, cascade, &mut found)?;
    }
    Ok(found)
}

impl Found {
    /// The line that the tables beside the results are about: all classes, else the conversation, else the cascade.
    pub(super) fn main(&self) -> &Line {
        &self.lines[self.main]
    }

    /// Answers the target by what is routed first.
    fn answer(&mut self, args: &Args, target: impl FnOnce(&Ratio) -> Target) {
        if let (Some(goal), None) = (&args.question.target_saving, &self.target) {
            self.target = Some(target(goal));
        }
    }
}

/// What routing classes of requests comes to.
fn of_classes(args: &Args, case: &Case, classes: &Classes, found: &mut Found) -> Result<(), Stop> {
    let per = case.per.unwrap_or_default();
    let floor = args.question.quality_floor.as_ref();
    let mut about_floor = Vec::new();
    if let Some(floor) = floor {
        let best = choose(classes, floor, &mut about_floor)?;
        found.floor_is_reached = best.is_some();
        (found.moved, found.shadow_usd) = match best {
            Some((moved, shadow_usd)) => (moved, Some(shadow_usd)),
            None => (vec![Ratio::zero(); found.moved.len()], None),
        };
    }
    found.lines = class_lines(case, classes, &found.moved, per)
        .map_err(|error| Problem::error(codes::RANGE, error.to_string()))?;
    found.main = found.lines.len() - 1;
    found.sentences.push(headline(found.main()));
    found.sentences.extend(break_even(classes, &found.moved));
    found.sentences.extend(about_floor);
    if floor.is_some() && found.main().outcome.saving().is_some_and(|saving| saving.is_negative()) {
        let cheaper = "Not to route at all is cheaper: the router costs more than the moved requests save.";
        found.sentences.push(cheaper.to_owned());
    }
    let moved = found.moved.clone();
    let kept = floor.filter(|_| found.floor_is_reached).map(|floor| (&*moved, floor));
    found.answer(args, |goal| needed::of_classes(classes, goal, kept, per));
    Ok(())
}

/// A line for each class and one for all; the latter alone where there is only one class.
fn class_lines(case: &Case, classes: &Classes, moved: &[Ratio], per: Per) -> Result<Vec<Line>, RoutingError> {
    let outcome = classes.outcome(moved)?;
    let before = classes.quality(&vec![Ratio::zero(); moved.len()])?;
    let mut all = Line {
        route: "all".to_owned(),
        kind: "all",
        per,
        requests_share: Some(Ratio::one()),
        moved_share: outcome.moved_share.clone(),
        quality: before.zip(classes.quality(moved)?),
        outcome,
        ..Line::default()
    };
    let mut lines = Vec::new();
    for (index, (class, share)) in classes.classes().iter().zip(moved).enumerate() {
        let (from, to) = case.models.get(index).cloned().unwrap_or_default();
        let quality = class.quality.as_ref().zip(class.loss());
        lines.push(Line {
            route: class.id.to_string(),
            kind: "class",
            from,
            to,
            per,
            requests_share: Some(classes.weights()[index].clone()),
            moved_share: share.clone(),
            outcome: classes.outcome_of(index, moved)?,
            quality: quality.map(|(quality, loss)| (quality.frontier.clone(), &quality.frontier - share * loss)),
        });
    }
    if let [only] = lines.as_slice() {
        (all.route, all.from, all.to) = (only.route.clone(), only.from.clone(), only.to.clone());
        lines.clear();
    }
    lines.push(all);
    Ok(lines)
}

/// The cheapest routing that keeps a quality, and its shadow price.
fn choose(classes: &Classes, floor: &Ratio, sentences: &mut Vec<String>) -> Result<Option<(Vec<Ratio>, Ratio)>, Stop> {
    if let Some(class) = classes.classes().iter().find(|class| class.quality.is_none()) {
        let message = format!("--quality-floor: the quality of `{}` is not known", class.id);
        return Err(Problem::error(codes::USAGE, message)
            .help(
                "say `quality_frontier` and `quality_cheap` of each class, or `--frontier-quality`, `--cheap-quality`",
            )
            .into());
    }
    let Some(best) = optimize(classes, floor) else {
        let most = frontier(classes).and_then(|points| classes.quality(points.first()?).ok().flatten());
        sentences.push(format!(
            "No routing has a quality of {}: the most that any has is {}.",
            percent(floor),
            percent(&most.unwrap_or_default())
        ));
        return Ok(None);
    };
    if best.shadow_usd.is_positive() {
        sentences.push(format!(
            "The floor costs: one point of quality less would save ${} on 1,000 requests.",
            crate::render::cell(&thousand(&(&best.shadow_usd / Ratio::from(100))))
        ));
    } else {
        sentences.push("The floor costs nothing: the cheapest routing keeps it.".to_owned());
    }
    Ok(Some((best.moved, best.shadow_usd)))
}

/// What is saved, and why it is not the share that was moved.
fn headline(line: &Line) -> String {
    let Some(saving) = line.outcome.saving() else {
        return "Nothing is paid on the frontier model, so that nothing can be saved.".to_owned();
    };
    if line.moved_share.is_zero() {
        return "Nothing is moved.".to_owned();
    }
    let parts = &line.outcome.parts;
    let of_before = |usd: &Ratio| usd.checked_div(&line.outcome.before_usd).unwrap_or_default();
    let (things, cost) = (line.per.things(), of_before(&parts.moved_usd));
    let (of_cost, not) = if percent(&cost) == percent(&line.moved_share) {
        (String::new(), format!(", not {}", percent(&cost)))
    } else {
        (format!(", which are {} of the cost,", percent(&cost)), String::new())
    };
    let saved = if saving.is_negative() {
        format!("costs {} more", percent(&saving.abs()))
    } else {
        format!("saves {}{not}", percent(&saving))
    };
    let eaten = [
        ("the cheap model's own bill", &parts.cheap_usd),
        ("escalation", &parts.escalation_usd),
        ("switching", &parts.switch_usd),
        ("the router", &parts.router_usd),
        ("caches written again", &parts.cache_usd),
    ];
    let eaten = eaten.into_iter().filter(|(_, usd)| !usd.is_zero()).enumerate().map(|(at, (what, usd))| {
        let points = (of_before(usd) * Ratio::from(100)).to_decimal(1);
        if at == 0 { format!("{points} points go to {what}") } else { format!("{points} to {what}") }
    });
    let eaten: Vec<String> = eaten.collect();
    let moved = percent(&line.moved_share);
    if eaten.is_empty() {
        return format!("Moving {moved} of the {things}{of_cost} {saved}.");
    }
    format!("Moving {moved} of the {things}{of_cost} {saved}: {}.", eaten.join(", "))
}

/// The escalation above which it does not pay, where all requests are alike.
fn break_even(classes: &Classes, moved: &[Ratio]) -> Option<String> {
    let ([class], [moved]) = (classes.classes(), moved) else { return None };
    let of_frontier = |usd: &Ratio| usd.checked_div(&class.frontier_usd);
    let cheap = of_frontier(&(&class.cheap_usd + &class.switch_usd))?;
    let router = of_frontier(classes.router_usd())?;
    let uniform = Uniform::new(cheap, moved.clone(), class.escalation.clone(), router).ok()?;
    let most = uniform.break_even_escalation()?;
    Some(if most.is_negative() {
        "It would cost more even if nothing escalated.".to_owned()
    } else {
        format!("It pays as long as less than {} of what is moved escalates.", percent(&most))
    })
}

/// What a conversation comes to.
fn of_session(args: &Args, case: &Case, session: &Session, found: &mut Found) -> Result<(), Stop> {
    let (frontier, cheap) = (&session.frontier.1, &session.cheap.1);
    let gaps = vec![session.gap_minutes.clone(); session.turns as usize];
    let routed = |pattern: Pattern, share: &Ratio| {
        let turns = pattern.turns(session.turns, share).unwrap_or_default();
        let outcome = session.conversation.routed(frontier, cheap, &turns, &gaps);
        let mut outcome = outcome
            .map_err(|error| unpriced(&session.cheap.0, Named { flag: "--routes", text: &session.cheap.0 }, error))?;
        outcome.parts.escalation_usd = &case.escalation * &outcome.parts.moved_usd;
        if outcome.moved_share.is_positive() {
            outcome.parts.router_usd = &case.router_usd * Ratio::from(u64::from(session.turns));
        }
        Ok::<_, Stop>(outcome)
    };
    let outcome = routed(session.pattern, &session.share)?;
    let line = Line {
        route: format!("{} to {}", session.frontier.0, session.cheap.0),
        kind: "conversation",
        from: Some(session.frontier.0.to_string()),
        to: Some(session.cheap.0.to_string()),
        per: Per::Conversation,
        moved_share: outcome.moved_share.clone(),
        outcome,
        ..Line::default()
    };
    for (pattern, word, what) in [
        (Pattern::Spread, "spread", "spread evenly"),
        (Pattern::First, "first", "the first"),
        (Pattern::Last, "last", "the last"),
    ] {
        sections::of_pattern(&mut found.patterns, word, what, &routed(pattern, &session.share)?);
    }
    let all = routed(Pattern::First, &Ratio::one())?;
    let whole = all.of_share(&session.share);
    sections::of_pattern(&mut found.patterns, "whole", "whole conversations", &whole);
    found.sentences.push(headline(&line));
    if line.outcome.parts.cache_usd.is_positive() && whole.saving() > line.outcome.saving() {
        found.sentences.push("A cache belongs to one model: route conversations, not turns.".to_owned());
    }
    found.lines.push(line);
    found.answer(args, |goal| {
        let best = all.saving().unwrap_or_default();
        // The router is paid whatever the share.
        let router = all.parts.router_usd.checked_div(&all.before_usd).unwrap_or_default();
        let kept = &best + &router;
        needed::of_conversations(&best, goal, kept.is_positive().then(|| (goal + &router) / kept))
    });
    Ok(())
}

/// What a cascade comes to.
fn of_cascade(args: &Args, of_file: &Cascade, found: &mut Found) -> Result<(), Stop> {
    let stages: Vec<_> = of_file.stages.iter().map(|(_, stage)| stage.clone()).collect();
    let cascaded = cascade(&stages).map_err(|error| Problem::error(codes::RANGE, error.to_string()))?;
    let line = Line {
        route: "cascade".to_owned(),
        kind: "cascade",
        per: Per::Request,
        moved_share: Ratio::one(),
        outcome: Outcome {
            before_usd: of_file.baseline_usd.clone(),
            moved_share: Ratio::one(),
            parts: Parts {
                moved_usd: of_file.baseline_usd.clone(),
                cheap_usd: cascaded.usd.clone(),
                ..Parts::default()
            },
        },
        ..Line::default()
    };
    let saving = line.outcome.saving().unwrap_or_default();
    found.sentences.push(if saving.is_negative() {
        format!("The cascade costs {} more.", percent(&saving.abs()))
    } else {
        format!("The cascade saves {}.", percent(&saving))
    });
    if cascaded.unanswered.is_positive() {
        found
            .sentences
            .push(format!("No model's answer is accepted for {} of the requests.", percent(&cascaded.unanswered)));
    }
    found.answer(args, |goal| needed::of_cascade(&saving, goal));
    found.lines.push(line);
    found.cascaded = Some(cascaded);
    Ok(())
}
