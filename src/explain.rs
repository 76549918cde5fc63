//! Where a figure of a plan comes from: the formula, its inputs down to what files and flags say, and what moves it.
//!
//! A tree is computed a second time, from its leaves up, so that what is shown is what was computed. The effect of an
//! input is never derived from a formula: the plan is answered again with that input changed.

mod input;
mod tree;

pub use input::Input;
pub use tree::{Address, MAIN_FIGURES, figure, tree};

use crate::analysis::{Answer, Market, Question, answer};
use crate::economics::Subscriber;
use crate::fact::Provenance;
use crate::plan::Plan;
use crate::report::Unit;
use crate::units::Ratio;

/// A plan and all that is asked of it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What it is measured against.
    pub market: Market<'a>,
    /// What is asked.
    pub question: &'a Question,
    /// A subscriber over time, if one was described.
    pub subscriber: Option<&'a Subscriber>,
}

impl<'a> Case<'a> {
    /// The plan's answer.
    #[must_use]
    pub fn answer(&self) -> Answer<'a> {
        answer(self.plan, self.market, self.question)
    }
}

/// A value and how it comes about.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name for machines: `limit.week.grant`.
    pub key: String,
    /// Its name in formulas and for people.
    pub label: String,
    /// Its value.
    pub value: Ratio,
    /// What the value is.
    pub unit: Unit,
    /// The unit in words: `USD / month`.
    pub per: String,
    /// How it follows from [`Self::children`]; `None`: it is given, or solved for.
    pub formula: Option<Formula>,
    /// Who says so.
    pub origin: Option<Origin>,
    /// The input it is, if it can be changed.
    pub input: Option<Input>,
    /// What a reader should know.
    pub remarks: Vec<Remark>,
    /// What it follows from.
    pub children: Vec<Node>,
}

/// Who says what a leaf is.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// A dated fact of a file.
    Fact(Provenance),
    /// A flag, or what was asked.
    Asked(String),
    /// The program itself.
    Convention(&'static str),
}

/// Something to know about a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Remark {
    /// Words.
    Words(String),
    /// The limit decides the maximum.
    Decides,
    /// The limit alone would allow so many times the maximum.
    DoesNotDecide(Ratio),
    /// The limit does not decide: this share of it is not used at the maximum.
    Unused(Ratio),
    /// The limit bounds nothing by itself.
    BoundsNothing,
    /// Sources disagree on the figure: lowest and highest.
    Range(Ratio, Ratio),
}

/// How a node follows from its children.
#[derive(Clone, Debug, PartialEq)]
pub enum Formula {
    /// A child, by position.
    Child(usize),
    /// A number.
    Number(Ratio),
    /// A sum.
    Sum(Vec<Formula>),
    /// A difference.
    Difference(Box<Formula>, Box<Formula>),
    /// A product.
    Product(Vec<Formula>),
    /// A quotient.
    Quotient(Box<Formula>, Box<Formula>),
    /// The least of several.
    Least(Vec<Formula>),
}

impl Formula {
    /// Its value for the children; `None` where it divides by zero.
    #[must_use]
    pub fn value(&self, children: &[Node]) -> Option<Ratio> {
        let all = |parts: &[Self]| parts.iter().map(|part| part.value(children)).collect::<Option<Vec<Ratio>>>();
        match self {
            Self::Child(index) => Some(children[*index].value.clone()),
            Self::Number(number) => Some(number.clone()),
            Self::Sum(parts) => Some(all(parts)?.into_iter().sum()),
            Self::Product(parts) => Some(all(parts)?.into_iter().fold(Ratio::one(), |product, part| product * part)),
            Self::Least(parts) => all(parts)?.into_iter().min(),
            Self::Difference(a, b) => Some(a.value(children)? - b.value(children)?),
            Self::Quotient(a, b) => a.value(children)?.checked_div(&b.value(children)?),
        }
    }
}

impl Node {
    /// Itself and all below it, each before its children.
    pub fn walk<'n>(&'n self, visit: &mut impl FnMut(&'n Self)) {
        visit(self);
        self.children.iter().for_each(|child| child.walk(visit));
    }

    /// Everything below it that has nothing below itself.
    #[must_use]
    pub fn leaves(&self) -> Vec<&Self> {
        let mut leaves = Vec::new();
        self.walk(&mut |node| {
            if node.children.is_empty() {
                leaves.push(node);
            }
        });
        leaves
    }
}

/// What more of one input does to a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The input.
    pub input: Input,
    /// Its name in the tree.
    pub label: String,
    /// Its name for machines in the tree.
    pub key: String,
    /// Its value.
    pub from: Ratio,
    /// Its value with 10 % more, rounded where it counts whole things.
    pub to: Ratio,
    /// What the figure is then; `None`: it no longer exists.
    pub figure: Option<Ratio>,
}

/// The effect of 10 % more of each input of a tree, largest first.
#[must_use]
pub fn sensitivity(case: &Case<'_>, address: &Address, root: &Node) -> Vec<Effect> {
    let mut seen: Vec<&Input> = Vec::new();
    let mut effects = Vec::new();
    root.walk(&mut |node| {
        let Some(input) = &node.input else { return };
        if seen.contains(&input) || node.value.is_zero() {
            return;
        }
        seen.push(input);
        let Some(to) = input.more(&node.value) else { return };
        let Some(figure) = input.with(&to, case, address) else { return };
        let (label, key, from) = (node.label.clone(), node.key.clone(), node.value.clone());
        effects.push(Effect { input: input.clone(), label, key, from, to, figure });
    });
    let size = |effect: &Effect| effect.figure.as_ref().map(|figure| (figure - &root.value).abs());
    // What ends the figure is the largest effect of all.
    effects.sort_by_key(|effect| std::cmp::Reverse(size(effect).map_or((1, Ratio::zero()), |size| (0, size))));
    effects
}
