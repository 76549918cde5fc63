//! `plancost route`: what holds of its answers. What it prints is in `golden/route/`.

mod program;

use plancost::units::Ratio;
use program::{Answered, Given};
use serde_json::Value;

const MARKET: [&str; 3] = ["--no-bundled", "--from", "tests/fixtures/routing.toml"];
const CONVERSATION: &str = "--turns 24 --context-tokens 30000 --new-tokens 2000 --output-tokens 800";

fn route(args: &str) -> Answered {
    Given::args(["route"].into_iter().chain(args.split(' '))).run()
}

/// On the invented market alone.
fn on_market(args: &str) -> Answered {
    Given::args(["route"].into_iter().chain(args.split(' ')).chain(MARKET)).run()
}

fn json(args: &str) -> Value {
    let answered = on_market(&format!("{args} --json"));
    serde_json::from_str(&answered.out).unwrap_or_else(|error| panic!("{args}: {error} {}", answered.err))
}

/// A number with all its digits.
fn ratio(value: &Value) -> Ratio {
    Ratio::parse(&value.to_string()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

/// Every figure of economics.md 7 that has a command.
#[test]
fn the_worked_figures_come_from_commands() {
    let frontier = |rest: &str| format!("--frontier-usd 1 {rest} --target-saving 95%");
    let talk = |share: &str| format!("--shift claude-opus-4-8=claude-haiku-4-5:{share} {CONVERSATION}");
    let agent = "--workload cached-agent --migrate v3.2=0.28/0.42/0.028";
    let factors = "--input-factor 1.12 --output-factor 1.6 --cache-hits 70% --tries 1.25";
    for (args, code, words) in [
        (frontier("--cheap-usd 0.02 --share 95%"), 0, &["saves 93.1%, not 95.0%", "takes 96.9% of the requests"][..]),
        (frontier("--cheap-usd 0.06"), 1, &["at most 94.0% is saved", "cost at most 5.0% of the frontier model"]),
        (frontier("--cheap-usd 0.04 --escalation 1%"), 0, &["takes all requests"]),
        (frontier("--cheap-usd 0.04 --escalation 2%"), 1, &["cannot be reached"]),
        (talk("100%"), 0, &["saves 80.0%"]),
        (talk("50%"), 0, &["saves 22.8%", "the last             50.0%    40.7%   4.0%  36.7%"]),
        (talk("20%"), 0, &["saves 3.8%"]),
        (agent.to_owned(), 0, &["saves 95.4% in the best case"]),
        (format!("{agent} {factors}"), 0, &["saves 87.8% by a finished task; that it saves 95.4% is the best case"]),
    ] {
        let answered = route(&args);
        assert_eq!(answered.code, code, "{args}: {}", answered.err);
        for word in words {
            assert!(answered.out.contains(word), "{args}: no `{word}` in\n{}", answered.out);
        }
    }
}

#[test]
fn one_screen_says_why_the_share_of_traffic_is_not_the_share_of_cost() {
    let out = route("--frontier-usd 1 --cheap-usd 0.02 --share 95% --target-saving 95% --width 80").out;
    assert!(out.lines().count() <= 24, "{out}");
    for word in ["1,000.00", "69.00", "93.1%", "-1.9%", "96.9%"] {
        assert!(out.contains(word), "{word}: {out}");
    }
}

#[test]
fn the_parts_of_a_routing_add_up_to_its_saving() {
    for args in [
        "--frontier-usd 1 --cheap-usd 0.02 --share 95% --escalation 3% --router-usd 0.004 --switch-usd 0.001"
            .to_owned(),
        "--workload mixed --shift nw-large=kestrel:80% --shift nw-small=kestrel:25% --tries 1.5".to_owned(),
        "--routes tests/fixtures/routes.toml --quality-floor 0.96".to_owned(),
        format!("--shift nw-large=nw-small:30% {CONVERSATION} --escalation 3% --router-usd 0.004"),
    ] {
        let document = json(&args);
        let rows = document["results"].as_array().expect("results");
        for row in rows {
            let added = ["cheap_usd", "escalation_usd", "switch_usd", "router_usd", "cache_usd"];
            let added: Ratio = added.iter().map(|key| ratio(&row[*key])).sum();
            let after = ratio(&row["before_usd"]) - ratio(&row["moved_usd"]) + added;
            let off = (after - ratio(&row["after_usd"])).abs();
            // Each figure is rounded to nine decimals.
            assert!(off < Ratio::new(1, 100_000_000), "{args}: {row}");
        }
        let parts = document["parts"].as_array().expect("parts");
        let (last, others) = parts.split_last().expect("there are parts");
        let sum: Ratio = others.iter().map(|part| ratio(&part["usd"])).sum();
        assert!((sum - ratio(&last["usd"])).abs() < Ratio::new(1, 100_000_000), "{args}: {parts:?}");
    }
}

#[test]
fn a_routes_file_and_flags_give_the_same_figures() {
    let file = "[[class]]\nid = \"a\"\nweight = 3\nfrontier_usd = 0.5\ncheap_usd = 0.01\nshare = 0.8\nescalation = 0.05\n\
                quality_frontier = 0.9\nquality_cheap = 0.8\n[router]\nusd_per_request = 0.001\n";
    let args = ["route", "--routes", "-", "--json"].into_iter().chain(MARKET);
    let of_file = Given { stdin: file.into(), ..Given::args(args) }.run();
    let of_file: Value = serde_json::from_str(&of_file.out).expect("JSON");
    let of_flags = json(
        "--frontier-usd 0.5 --cheap-usd 0.01 --share 80% --escalation 5% --router-usd 0.001 --frontier-quality 0.9 \
         --cheap-quality 0.8",
    );
    for key in ["parts", "frontier"] {
        let figures = |document: &Value| document[key].to_string().replace("\"all", "\"a");
        assert_eq!(figures(&of_file), figures(&of_flags), "{key}");
    }
    assert_eq!(of_file["summary"], of_flags["summary"]);
}

#[test]
fn a_model_and_its_tokens_cost_what_the_rates_say() {
    // 2,000 x 5 + 40,000 x 0.5 + 800 x 25 = 50,000 per million; a fifth of that on nw-small.
    let file = "[[class]]\nid = \"a\"\nweight = 1\nfrontier_model = \"nw-large-0801\"\ncheap_model = \"nw-small\"\n\
                input_tokens = 2_000\ncache_read_tokens = 40_000\noutput_tokens = 800\n";
    let args = ["route", "--routes", "-", "--json"].into_iter().chain(MARKET);
    let found: Value =
        serde_json::from_str(&Given { stdin: file.into(), ..Given::args(args) }.run().out).expect("JSON");
    assert_eq!(ratio(&found["results"][0]["before_usd"]), Ratio::from(50));
    assert_eq!(ratio(&found["results"][0]["after_usd"]), Ratio::from(10));
}

#[test]
fn the_share_that_a_target_takes_reaches_it() {
    let asked = "--workload coding --shift nw-large=kestrel --escalation 4%";
    let needed = json(&format!("{asked} --target-saving 60%"))["summary"]["needed_share"].to_string();
    let reached = json(&format!("{asked} --share {needed}"))["summary"]["saving"].clone();
    // The share is rounded to six decimals.
    assert!((ratio(&reached) - Ratio::new(6, 10)).abs() < Ratio::new(1, 100_000), "{needed}: {reached}");
}

#[test]
fn targets_are_ranked_and_each_is_shown_once() {
    let document = json("--workload coding --migrate nw-small --migrate kestrel --migrate nw-small");
    let to = document["results"].as_array().expect("results").iter().map(|row| row["to"].as_str());
    assert_eq!(to.collect::<Vec<_>>(), [Some("kestrel"), Some("nw-small")]);
    assert_eq!(document["summary"]["best_target"], "kestrel");
}

#[test]
fn no_answer_outranks_no() {
    // A plan file that cannot be read, and a target out of reach.
    let args = "--frontier-usd 1 --cheap-usd 0.5 --target-saving 95% --from tests/fixtures/broken.toml";
    assert_eq!(route(args).code, 3);
    assert_eq!(route("--frontier-usd 1 --cheap-usd 0.5 --target-saving 95%").code, 1);
    assert_eq!(on_market("mystery --frontier-usd 1 --cheap-usd 0.5 --target-saving 95% --strict").code, 4);
}

#[test]
fn flags_that_would_change_nothing_are_refused() {
    for args in [
        "--routes tests/fixtures/routes.toml --escalation 5%",
        "--frontier-usd 1 --cheap-usd 0.5 --tries 2",
        "--migrate kestrel --escalation 5%",
        "--migrate kestrel --quality-floor 0.9",
        "--shift kestrel --turns 5",
        "--workload coding --shift kestrel --pattern last",
    ] {
        let answered = on_market(args);
        assert_eq!((answered.code, answered.out.as_str()), (2, ""), "{args}");
    }
    let refused = on_market(&format!("--shift nw-large=kestrel {CONVERSATION} --tries 2"));
    assert!(refused.code == 2 && refused.err.contains("takes no factors"), "{}", refused.err);
}

#[test]
fn what_others_have_published_is_told_and_never_used() {
    let out = Given::args(["explain", "routing"]).run().out;
    for word in ["RouteLLM", "85 % on MT-Bench", "FrugalGPT", "arxiv.org/abs/2305.05176", "uses none of them"] {
        assert!(out.replace('\n', " ").contains(word), "{word}: {out}");
    }
}

#[test]
fn a_cascade_alone_says_what_nobody_answers() {
    // 1 + 0.4 x 2 of 4; 0.4 x 0.5 of the requests are refused by both.
    let file = "[cascade]\nbaseline_usd = 4\n[[cascade.stage]]\nid = \"a\"\nusd = 1\naccept = 0.6\n\
                [[cascade.stage]]\nid = \"b\"\nusd = 2\naccept = 0.5\n";
    let asked = |more: &[&'static str]| {
        let args = ["route", "--routes", "-"].into_iter().chain(MARKET).chain(more.iter().copied());
        Given { stdin: file.into(), ..Given::args(args) }.run()
    };
    let told = asked(&["--target-saving", "60%"]);
    assert_eq!(told.code, 1);
    for word in ["The cascade saves 55.0%.", "accepted for 20.0% of the requests", "not reached by the cascade"] {
        assert!(told.out.contains(word), "{word}: {}", told.out);
    }
    assert_eq!(asked(&["--target-saving", "55%"]).code, 0);
    assert_eq!(asked(&["--quality-floor", "0.9"]).code, 2);
}
