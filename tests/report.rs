//! The page that `report` writes: what is on it, that nothing in it acts, and that everyone can read it.

mod program;

use std::collections::BTreeSet;
use std::fs;

use program::{Answered, Given};
use roxmltree::{Document, Node, ParsingOptions};

const SIX: &str = "tests/fixtures/six.toml";

fn report(args: &[&str]) -> Answered {
    Given::args(["report"].iter().chain(args)).run()
}

fn page(args: &[&str]) -> String {
    let answered = report(args);
    assert_eq!((answered.code, answered.err.as_str()), (0, ""), "{args:?}");
    answered.out
}

/// The page as XML, which it is.
fn read(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).expect("a page is well-formed")
}

fn all<'a>(document: &'a Document<'a>, name: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    document.descendants().filter(move |node| node.has_tag_name(name))
}

fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect()
}

/// The cells of the table with a caption, row by row, its heading first.
fn table(document: &Document<'_>, caption: &str) -> Vec<Vec<String>> {
    let is_it =
        |node: &Node<'_, '_>| node.children().any(|child| child.has_tag_name("caption") && text(child) == caption);
    let table = all(document, "table").find(is_it).unwrap_or_else(|| panic!("no table `{caption}`"));
    let cells = |row: Node<'_, '_>| row.children().filter(Node::is_element).map(text).collect();
    table.descendants().filter(|node| node.has_tag_name("tr")).map(cells).collect()
}

const EVERYTHING: [&str; 5] = [SIX, "--population", "typical", "--at", "0%,10%,20%,100%"];

#[test]
fn the_page_has_the_published_figures_in_its_answer_its_table_and_its_heat_map() {
    let page = page(&EVERYTHING);
    let document = read(&page);
    let answers: Vec<String> =
        all(&document, "p").filter(|p| p.attribute("class") == Some("answer")).map(text).collect();
    assert_eq!(answers.len(), 2);
    assert!(
        answers[0].starts_with("Of 6 plans, 6 cost their vendors more at full use than they bring."),
        "{answers:?}"
    );
    assert!(answers[0].ends_with("between 5.7% and 20.0% utilization."), "{answers:?}");
    assert!(answers[1].contains("costs $200 a month and buys up to about $14,000 of API usage, 70x its price."));
    assert!(answers[1].ends_with("loses above 5.7% of that, and $3,300 a month on a subscriber who uses all."));

    let plans = table(&document, "Plans, per seat and month in dollars");
    assert_eq!(plans[0][2..9], ["Price", "Max API", "Max low", "Max high", "Mult", "Even at", "Buyer at"]);
    let max = plans.iter().find(|row| row[0] == "claude-max-20x").expect("the plan");
    assert_eq!(max[2..5], ["200.00", "~8,000.00", "~4,080.00"]);
    assert_eq!(max[6..11], ["40x", "10.0%", "2.5%", "-900%", "-1,800.00"]);

    // 1 - 0.25 x 8000 x 10 % / 200 = 0; at 20 % it is -100 %, at full use -900 %.
    let heat = table(&document, "Margin at each utilization, in percent");
    let max = heat.iter().find(|row| row[0] == "claude-max-20x").expect("the plan");
    assert_eq!(max[3..], ["+100▲", "0·", "-100", "-900▼"]);
}

#[test]
fn every_part_is_there_and_listed_in_the_contents() {
    let page = page(&EVERYTHING);
    let document = read(&page);
    let wanted = [
        "plans",
        "heat-map",
        "zones",
        "margins",
        "maximum",
        "ladder",
        "population",
        "sources",
        "assumptions",
        "columns",
    ];
    let found: Vec<&str> = all(&document, "section").filter_map(|part| part.attribute("id")).collect();
    assert_eq!(found, wanted);
    let listed: Vec<&str> = all(&document, "nav")
        .flat_map(|nav| nav.descendants())
        .filter_map(|link| link.attribute("href")?.strip_prefix('#'))
        .collect();
    assert_eq!(listed, wanted[..wanted.len() - 1]);
}

#[test]
fn nothing_on_the_page_acts_or_is_loaded() {
    let page = page(&EVERYTHING);
    let document = read(&page);
    let policy = all(&document, "meta")
        .find(|meta| meta.attribute("http-equiv") == Some("Content-Security-Policy"))
        .and_then(|meta| meta.attribute("content"));
    assert_eq!(policy, Some("default-src 'none'; style-src 'unsafe-inline'; img-src data:"));
    for node in document.descendants().filter(Node::is_element) {
        let name = node.tag_name().name();
        assert!(!["script", "link", "img", "iframe", "object", "embed", "base", "form"].contains(&name), "<{name}>");
        for attribute in node.attributes() {
            let (key, value) = (attribute.name(), attribute.value());
            assert!(!key.starts_with("on") && !["src", "srcset", "style", "action"].contains(&key), "{key}={value}");
            if key == "href" {
                let is_own = value.starts_with('#');
                let is_source = name == "a" && value.starts_with("https://");
                assert!(is_own || is_source, "{value}");
                assert!(is_own || node.attribute("rel") == Some("noopener noreferrer"), "{value}");
            }
        }
    }
    let style = text(all(&document, "style").next().expect("a style"));
    assert!(!style.contains("url(") && !style.contains("@import"));
}

#[test]
fn every_drawing_has_a_title_and_a_description_and_every_table_a_caption_and_scopes() {
    let page = page(&EVERYTHING);
    let document = read(&page);
    let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id stands twice");
    let drawings: Vec<Node<'_, '_>> =
        all(&document, "svg").filter(|svg| svg.attribute("aria-hidden").is_none()).collect();
    // Zones, six curves, points, ladder, payers, histogram and cumulative curves.
    assert_eq!(drawings.len(), 12);
    for drawing in drawings {
        assert_eq!(drawing.attribute("role"), Some("img"));
        for id in drawing.attribute("aria-labelledby").expect("labels").split(' ') {
            let label =
                drawing.children().find(|child| child.attribute("id") == Some(id)).expect("it is in the drawing");
            assert!(["title", "desc"].contains(&label.tag_name().name()) && !text(label).is_empty());
        }
    }
    for used in all(&document, "use").filter_map(|node| node.attribute("href")) {
        assert!(ids.contains(&used.trim_start_matches('#')), "{used}");
    }
    for table in all(&document, "table") {
        let caption = table.children().find(|child| child.has_tag_name("caption")).expect("a caption");
        assert!(!text(caption).is_empty());
        for heading in table.descendants().filter(|node| node.has_tag_name("th")) {
            let is_head = heading.ancestors().any(|above| above.has_tag_name("thead"));
            assert_eq!(heading.attribute("scope"), Some(if is_head { "col" } else { "row" }));
        }
        let widths: BTreeSet<usize> = table
            .descendants()
            .filter(|node| node.has_tag_name("tr"))
            .map(|row| row.children().filter(Node::is_element).count())
            .collect();
        assert_eq!(widths.len(), 1, "rows of `{}` differ", text(caption));
    }
    assert_eq!(document.root_element().attribute("lang"), Some("en"));
}

/// Luminance as WCAG 2 has it.
fn luminance(color: &str) -> f64 {
    let digits: String = match color.trim_start_matches('#') {
        short if short.len() == 3 => short.chars().flat_map(|digit| [digit, digit]).collect(),
        long => long.to_owned(),
    };
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&digits[at..at + 2], 16).expect("a colour")) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The value of a name in a rule such as `--back: #fff;`.
fn color(rule: &str, name: &str) -> String {
    let (_, rest) = rule.split_once(&format!("{name}:")).unwrap_or_else(|| panic!("no {name} in {rule}"));
    rest.split([';', '}']).next().expect("a value").trim().to_owned()
}

#[test]
fn text_can_be_read_in_every_theme() {
    let page = page(&[SIX]);
    let document = read(&page);
    let style = text(all(&document, "style").next().expect("a style"));
    let themes: Vec<&str> = style.lines().filter(|line| line.contains("--back:")).collect();
    assert_eq!(themes.len(), 4, "light, dark, dark by the system, paper");
    let pairs = [
        ("--fore", "--back"),
        ("--soft", "--back"),
        ("--soft", "--shade"),
        ("--fore", "--shade"),
        ("--link", "--back"),
        ("--fore", "--good"),
        ("--fore", "--bad"),
        ("--on", "--gain"),
        ("--on", "--loss"),
        ("--on", "--plain"),
        ("--on", "--other"),
    ];
    for theme in themes {
        for (front, behind) in pairs {
            let found = contrast(&color(theme, front), &color(theme, behind));
            assert!(found >= 4.5, "{front} on {behind}: {found} in {theme}");
        }
    }
    let heat: Vec<&str> = style.lines().filter(|line| line.contains("{background:#")).collect();
    assert_eq!(heat.len(), 11);
    for rule in heat {
        let (_, rule) = rule.split_once('{').expect("a rule");
        let found = contrast(&color(rule, "background"), &color(rule, ";color"));
        assert!(found >= 4.5, "{rule}: {found}");
    }
}

#[test]
fn a_hundred_plans_take_at_most_300_kilobytes_and_say_the_same_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hundred.toml");
    let bundled = page(&[]);
    // The whole catalogue, and as many plans again as make a hundred, each with a source of its own.
    let known = read(&bundled).descendants().filter(|node| node.has_tag_name("tr")).count();
    assert!(known > 200);
    let more = (0..100).map(|n| {
        format!(
            "[[plan]]\nid = \"vendor-{n}-pro-plan\"\nname = \"Vendor {n} Pro\"\nprice_usd = {}\nsource = \"https://vendor-{n}.example/plans/pro\"\n\
             checked = 2026-10-0{}\n[[plan.limit]]\nevery = \"month\"\napi_usd = {}\nrange_usd = [{}, {}]\nbasis = \"measured\"\n\
             source = \"https://vendor-{n}.example/limits\"\nchecked = 2026-10-01\n",
            20 + n,
            1 + n % 9,
            400 + 37 * n,
            300 + 37 * n,
            900 + 37 * n
        )
    });
    fs::write(&path, more.collect::<String>()).expect("written");
    let hundred = page(&[path.to_str().expect("UTF-8")]);
    for page in [&hundred, &bundled] {
        assert!(page.len() <= 300_000, "{} bytes", page.len());
    }
    assert_eq!(page(&[]), bundled);
    assert_eq!(page(&[path.to_str().expect("UTF-8")]), hundred);
}

#[test]
fn names_and_sources_of_others_stay_text() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hostile.toml");
    let hostile =
        "</script><script>alert(1)</script><img src=x onerror=alert(1)>\\\" onload=alert(1) {{ 7*7 }} ]]> \\u202e";
    let plan = |id: &str, source: &str| {
        format!(
            "[[plan]]\nid = \"{id}\"\nname = \"{hostile}\"\nvendor = \"acme\"\nprice_usd = 20\nsource = \"{source}\"\n\
             [[plan.limit]]\nevery = \"month\"\napi_usd = 400\nsource = \"{hostile}\"\n"
        )
    };
    let text_of = [
        format!("[vendor]\nid = \"acme\"\nname = \"{hostile}\"\n"),
        plan("a", "javascript:alert(1)"),
        plan("b", "http://plain.example/"),
        plan("c", "https://ok.example/a?b=1&c='\\\"<x>"),
        plan("d", "file:///etc/passwd"),
    ];
    fs::write(&path, text_of.concat()).expect("written");
    let answered = report(&[path.to_str().expect("UTF-8"), "--title", "<b>&\"'</b>\u{1b}]52;c;x\u{7}"]);
    assert_eq!(answered.code, 0, "{}", answered.err);
    let document = read(&answered.out);
    assert_eq!(all(&document, "script").chain(all(&document, "img")).chain(all(&document, "b")).count(), 0);
    assert_eq!(text(all(&document, "h1").next().expect("a title")), "<b>&\"'</b>\\u{1b}]52;c;x\\u{7}");
    let links: Vec<&str> =
        all(&document, "a").filter_map(|a| a.attribute("href")).filter(|to| !to.starts_with('#')).collect();
    assert_eq!(links, ["https://ok.example/a?b=1&c='\"<x>"]);
    assert!(answered.out.contains("javascript:alert(1)") && !answered.out.contains("href=\"javascript"));
    assert!(!answered.out.contains('\u{202e}') && answered.out.contains("\\u{202e}"));
}

#[test]
fn what_is_not_known_is_a_question_mark_and_the_page_says_that_it_is_incomplete() {
    let Answered { code, out: page, err } = report(&["tests/fixtures/gaps.toml"]);
    assert_eq!(code, 0);
    assert!(err.contains("warning[PC201]: no price for model `orbit-9`"), "{err}");
    let document = read(&page);
    let notice = all(&document, "div").find(|div| div.attribute("role") == Some("note")).expect("a notice");
    assert_eq!(notice.attribute("class"), Some("notice incomplete"));
    assert!(text(notice).contains("What is not known is shown as ?, never as 0."));
    let rows = table(&document, "Plans, per seat and month in dollars");
    assert!(rows.iter().any(|row| row.contains(&"?".to_owned())));
    assert!(!page.contains("NaN") && !page.contains("inf,") && !page.contains("\"inf"));
    assert_eq!(report(&["tests/fixtures/gaps.toml", "--strict"]).code, 4);
}

#[test]
fn a_terminal_gets_no_html() {
    let given = Given { stdout_columns: Some(80), ..Given::args(["report", SIX]) };
    let answered = given.run();
    assert_eq!((answered.code, answered.out.as_str()), (2, ""));
    assert!(answered.err.contains("-o report.html"), "{}", answered.err);
    let to_dash = Given { stdout_columns: Some(80), ..Given::args(["report", SIX, "-o", "-"]) };
    assert_eq!(to_dash.run().code, 2);
}

#[test]
fn good_files_are_on_the_page_beside_bad_ones_and_nothing_makes_no_page() {
    let answered = report(&[SIX, "tests/fixtures/broken.toml"]);
    assert_eq!(answered.code, 3);
    assert!(answered.err.contains("tests/fixtures/broken.toml"), "{}", answered.err);
    let document = read(&answered.out);
    let notice = all(&document, "div").find(|div| div.attribute("role") == Some("note")).expect("a notice");
    assert!(text(notice).contains("An input could not be used, so that something may be missing."));
    assert!(answered.out.contains("claude-max-20x"));

    let nothing = report(&["--plan", "nobody"]);
    assert_eq!((nothing.code, nothing.out.as_str()), (3, ""));
    assert!(nothing.err.starts_with("error[PC109]: no plan is selected"), "{}", nothing.err);
}

#[test]
fn a_page_is_written_whole_and_never_over_an_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("report.html");
    let path = to.to_str().expect("UTF-8");
    let answered = report(&[SIX, "-o", path]);
    assert_eq!((answered.code, answered.out.as_str(), answered.err.as_str()), (0, "", ""));
    assert_eq!(fs::read_to_string(&to).expect("written"), page(&[SIX]));
    let input = folder.path().join("plans.toml");
    fs::copy(SIX, &input).expect("copied");
    let name = input.to_str().expect("UTF-8");
    assert_eq!(report(&[name, "-o", name]).code, 5);
    assert_eq!(fs::read(&input).expect("read"), fs::read(SIX).expect("read"));
    assert_eq!(report(&[SIX, "-o", "/nowhere/at/all.html"]).code, 5);
}

#[test]
fn a_theme_that_is_asked_for_is_the_only_one() {
    assert!(page(&[SIX, "--theme", "dark"]).contains("<html lang=\"en\" data-theme=\"dark\">"));
    assert!(page(&[SIX]).contains("<html lang=\"en\" data-theme=\"auto\">"));
    assert_eq!(report(&[SIX, "--theme", "pink"]).code, 2);
}

#[test]
fn usage_is_put_before_the_limits_and_each_hit_is_drawn_and_listed() {
    let answered = report(&["tests/fixtures/logs/plans.toml", "--usage", "tests/fixtures/logs/day.csv"]);
    assert_eq!(answered.code, 0, "{}", answered.err);
    let page = answered.out;
    let document = read(&page);
    let answers: Vec<String> =
        all(&document, "p").filter(|p| p.attribute("class") == Some("answer")).map(text).collect();
    let advice = answers.last().expect("an answer");
    assert!(advice.starts_with("Of the usage that was read: "), "{advice}");
    // The same sentence as the command's own.
    let replay =
        Given::args(["replay", "tests/fixtures/logs/day.csv", "--plans", "tests/fixtures/logs/plans.toml"]).run();
    assert_eq!(replay.code, 0, "{}", replay.err);
    let told = advice.trim_start_matches("Of the usage that was read: ");
    assert!(replay.out.split_whitespace().collect::<Vec<_>>().join(" ").contains(told), "{told}\n{}", replay.out);

    let hits = table(&document, "Each window that stopped something");
    assert_eq!(hits[0], ["Plan", "Limit", "When", "Window from", "Until", "Stopped project", "Request"]);
    let part = all(&document, "section").find(|part| part.attribute("id") == Some("usage")).expect("the part");
    let drawn = part.descendants().filter(|node| node.has_tag_name("rect") && node.attribute("class") == Some("loss"));
    // One more stands in the legend.
    assert_eq!(drawn.count() - 1, hits.len() - 1);
}

const USED: [&str; 5] =
    ["tests/fixtures/logs/plans.toml", "--usage", "tests/fixtures/logs/team.csv", "--tz", "Europe/Berlin"];

#[test]
fn names_of_users_and_projects_can_be_left_out() {
    let named = report(&USED);
    assert_eq!(named.code, 0, "{}", named.err);
    let document = read(&named.out);
    let hits = table(&document, "Each window that stopped something");
    assert_eq!(hits[0][1], "User");
    assert!(hits.iter().any(|row| row[1] == "ben" && row[6] == "site"), "{hits:?}");
    let drawing = all(&document, "desc").map(text).find(|text| text.starts_with("A lane for each limit"));
    assert!(drawing.expect("the drawing").contains("users are drawn over one another"));
    let hidden = report(&[&USED[..], &["--anonymize"]].concat());
    assert_eq!(hidden.code, 0, "{}", hidden.err);
    for name in ["ben", "site"] {
        assert!(!hidden.out.contains(&format!(">{name}<")), "{name} is on the page");
    }
}

#[test]
fn flags_that_would_change_nothing_are_refused() {
    for flags in [
        ["--tz", "Europe/Berlin"].as_slice(),
        &["--from", "2026-03-01"],
        &["--unit", "api-usd"],
        &["--usage", "tests/fixtures/logs/day.csv", "--from", "2026-03-09", "--to", "2026-03-01"],
    ] {
        let answered = report(&[&[SIX], flags].concat());
        assert_eq!((answered.code, answered.out.as_str()), (2, ""), "{flags:?}");
    }
}

#[test]
fn usage_of_which_part_is_not_known_makes_the_page_incomplete() {
    let plans = ["tests/fixtures/logs/plans.toml", "--plan", "acme-pro"];
    for (usage, why) in [
        (["--usage", "tests/fixtures/logs/unpriced.csv", "--tz", "UTC"], "usage: "),
        (["--usage", "tests/fixtures/logs/day.csv", "--from", "2026-04-01"], "usage: none was found"),
    ] {
        let answered = report(&[&plans[..], &usage].concat());
        let document = read(&answered.out);
        let notice = all(&document, "div").find(|div| div.attribute("role") == Some("note")).expect("a notice");
        assert_eq!(notice.attribute("class"), Some("notice incomplete"), "{usage:?}");
        let said = text(notice);
        assert!(said.contains("Of the usage, part is not known.") && said.contains(why), "{said}");
    }
}

/// The answer for plans of an inline file.
fn answers(plans: &str, args: &[&str]) -> (Vec<String>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("plans.toml");
    fs::write(&path, plans).expect("written");
    let answered = report(&[&[path.to_str().expect("UTF-8"), "--no-bundled"], args].concat());
    assert_eq!(answered.code, 0, "{}", answered.err);
    let document = read(&answered.out);
    let said = all(&document, "p").filter(|p| p.attribute("class") == Some("answer")).map(text).collect();
    (said, answered.out.clone())
}

fn plan(id: &str, price: &str, grants: &str) -> String {
    let limit = if grants == "unlimited" {
        "unlimited = true\n".to_owned()
    } else {
        format!("[[plan.limit]]\nevery = \"month\"\napi_usd = {grants}\n")
    };
    format!("[[plan]]\nid = \"{id}\"\nprice_usd = {price}\n{limit}")
}

#[test]
fn the_answer_is_true_of_plans_that_are_free_without_limit_or_just_even() {
    // Serving costs 0.25 of list: $10 covers $40 of use exactly.
    let one = |price: &str, grants: &str| answers(&plan("p", price, grants), &[]).0.join(" ");
    assert_eq!(
        one("10", "40"),
        "p costs $10 a month and buys up to $40 of API usage, 4x its price. Its vendor neither earns nor loses on a \
         subscriber who uses all."
    );
    assert_eq!(
        one("10", "20"),
        "p costs $10 a month and buys up to $20 of API usage, 2x its price. Its vendor earns even on a subscriber who \
         uses all."
    );
    assert_eq!(
        one("0", "10"),
        "p is free and gives up to $10 of API usage a month. Its vendor loses at every use, $2.50 a month on a \
         subscriber who uses all."
    );
    assert_eq!(
        one("10", "unlimited"),
        "p costs $10 a month and sets no limit, so that there is no maximum. Its vendor loses above $40 of it a month."
    );
    assert_eq!(
        one("10", "0"),
        "p costs $10 a month and buys up to $0 of API usage, 0x its price. Its vendor earns even on a subscriber who \
         uses all."
    );
    let several = [plan("a", "10", "80"), plan("b", "10", "80"), plan("c", "0", "10"), plan("d", "5", "unlimited")];
    let (said, page) = answers(&several.concat(), &["--dist", "beta(2, 26)"]);
    assert_eq!(
        said[0],
        "Of 4 plans, 2 sell a bounded allowance for a known price (1 is free, 1 is without limit); of these, 2 cost \
         their vendors more at full use than they bring. Break-even below full use is at 50.0% utilization."
    );
    // Of equal multiples the first by name, in the answer and in what is drawn.
    assert!(said[1].starts_with("Most per dollar: a costs $10 a month"), "{said:?}");
    assert!(page.contains("what of all use is theirs, a<"), "another plan's shape is shown");
}

#[test]
fn a_plan_that_loses_at_every_use_is_counted_so() {
    // $10 of price and $12 of other cost: a loss before any use.
    let loses = plan("l", "10", "100").replace("[[plan.limit]]", "fixed_cost_usd_per_month = 12\n[[plan.limit]]");
    let (said, page) = answers(&(plan("k", "10", "100") + &loses), &[]);
    assert!(said[0].ends_with("Break-even below full use is at 40.0% utilization. 1 loses at every use."), "{said:?}");
    assert!(!page.contains("NaN") && page.contains("the vendor loses at every use"));
}

#[test]
fn a_page_with_much_usage_stays_small() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("much.csv");
    let mut log = "time,user,model,input,output,project\n".to_owned();
    for day in 1..=28 {
        for user in 0..60 {
            for hour in 0..6 {
                log += &format!(
                    "2026-03-{day:02}T{:02}:00:00Z,user-{user},acme-large,4000000,0,p{}\n",
                    8 + hour,
                    user % 5
                );
            }
        }
    }
    fs::write(&path, log).expect("written");
    let answered = report(&["tests/fixtures/logs/plans.toml", "--usage", path.to_str().expect("UTF-8")]);
    assert_eq!(answered.code, 0, "{}", answered.err);
    assert!(answered.out.len() <= 200_000, "{} bytes", answered.out.len());
    assert!(answered.out.contains("the first 200 of "), "what is left out is said");
}
