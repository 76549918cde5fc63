//! Usage events: tables and JSON objects.

use plancost::logs::{Format, Log};
use plancost::units::{Instant, Usd};

use crate::{all_counts, log, notes};

fn events(text: &str) -> Log {
    log(Format::Events, &[("usage", text)])
}

#[test]
fn a_table_names_its_columns() {
    let log = events(
        "time,user,model,input,cache_read,cache_write_5m,cache_write_1h,output,requests,cost_usd,session,project\n\
         2026-11-10T10:00:00Z,ann,claude-opus-4-8,10,200,30,4,5,2,0.125,s1,web\n",
    );
    assert_eq!(all_counts(&log), [[10, 200, 30, 4, 5]]);
    let record = &log.records[0];
    let names = [&record.user, &record.model, &record.session, &record.project].map(|name| name.as_deref());
    assert_eq!(names, [Some("ann"), Some("claude-opus-4-8"), Some("s1"), Some("web")]);
    assert_eq!((record.requests, record.stated_usd), (2, Some(Usd::from_atto(Usd::ATTO / 8))));
    assert_eq!(notes(&log), "");
}

#[test]
fn a_json_object_a_line_is_the_same() {
    let log = events(
        "{\"time\":\"2026-11-10T10:00:00Z\",\"model\":\"m\",\"input\":10,\"cache_read\":200,\"output\":5,\"cost_usd\":1e-3}\n\n",
    );
    assert_eq!(all_counts(&log), [[10, 200, 0, 0, 5]]);
    assert_eq!(log.records[0].stated_usd, Some(Usd::from_atto(Usd::ATTO / 1_000)));
}

#[test]
fn spend_logs_of_litellm_are_read() {
    // Prompt tokens include those from the cache.
    let text = "request_id,call_type,api_key,spend,total_tokens,prompt_tokens,completion_tokens,startTime,endTime,model,end_user,metadata.usage_object.cache_read_input_tokens\n\
        r1,acompletion,k,0.0021,1050,1000,50,2026-11-10 10:00:00+00:00,2026-11-10 10:00:09+00:00,claude-opus-4-8,ann,700\n\
        r1,acompletion,k,0.0021,1050,1000,50,2026-11-10 10:00:00+00:00,2026-11-10 10:00:09+00:00,claude-opus-4-8,ann,700\n";
    let log = events(text);
    assert_eq!(all_counts(&log), [[300, 700, 0, 0, 50]]);
    assert_eq!(log.records[0].user.as_deref(), Some("ann"));
    assert_eq!(notes(&log), "same_response 1");
}

#[test]
fn attributes_of_opentelemetry_are_read() {
    let text = r#"{"name":"chat","startTimeUnixNano":1794304800000000000,"attributes":{"gen_ai.request.model":"gpt-5","gen_ai.response.model":"gpt-5.5","gen_ai.usage.input_tokens":1000,"gen_ai.usage.cache_read.input_tokens":400,"gen_ai.usage.output_tokens":20,"gen_ai.usage.reasoning.output_tokens":15,"gen_ai.response.id":"resp_1","gen_ai.conversation.id":"c"}}"#;
    let log = events(text);
    assert_eq!(all_counts(&log), [[600, 400, 0, 0, 20]]);
    let record = &log.records[0];
    assert_eq!(record.instant, Instant::from_unix_ms(1_794_304_800_000).expect("in range"));
    let names = [&record.model, &record.id, &record.session].map(|name| name.as_deref());
    assert_eq!(names, [Some("gpt-5.5"), Some("resp_1"), Some("c")]);
}

#[test]
fn a_time_is_read_as_exports_write_it() {
    let at = |text: &str| {
        let log = events(&format!("time,output\n{text},1\n"));
        (log.records.first().map(|record| record.instant.unix_ms()), notes(&log))
    };
    let ms = Some(1_794_304_800_000);
    let none = "no_model 1".to_owned();
    for text in ["1794304800", "1794304800.000", "1794304800000", "1794304800000000", "1794304800000000000"] {
        assert_eq!(at(text), (ms, none.clone()), "{text}");
    }
    assert_eq!(at("2026-11-10T11:00:00+01:00"), (ms, none));
    assert_eq!(at("2026-11-10 10:00:00"), (ms, "time_as_utc 1, no_model 1".to_owned()));
    assert_eq!(at("2026-11-10").0, Some(1_794_268_800_000));
    assert_eq!(at("yesterday"), (None, "no_time 1".to_owned()));
}

#[test]
fn cells_are_parted_by_what_the_head_has_most_of() {
    for between in [",", ";", "\t", "|"] {
        let text = ["time,model,output", "2026-11-10T10:00:00Z,\"a,b\",7"].join("\r\n").replace(',', between);
        let log = events(&text);
        assert_eq!(log.records[0].model.as_deref(), Some(format!("a{between}b").as_str()));
    }
}

#[test]
fn rows_without_ids_all_count_and_a_file_that_is_there_twice_counts_once() {
    let text = "time,model,output\n2026-11-10T10:00:00Z,m,7\n2026-11-10T10:00:00Z,m,7\n";
    assert_eq!(events(text).records.len(), 2);
    let twice = log(Format::Events, &[("a.csv", text), ("copy of a.csv", text)]);
    assert_eq!((twice.records.len(), notes(&twice).as_str()), (2, "same_session 1"));
}

#[test]
fn a_bad_row_costs_one_row() {
    let text = "time,model,output\n\
        2026-11-10T10:00:00Z,m,7\n\
        2026-11-10T10:00:00Z,\"m,7\n\
        2026-11-10T10:00:00Z,m\n\
        2026-11-10T10:00:00Z,m,many\n\
        2026-11-10T10:00:00Z,m,-3\n\
        2026-11-10T10:00:00Z,m,\n\
        2026-11-10T10:00:00Z,m,8\n";
    let log = events(text);
    assert_eq!(all_counts(&log), [[0, 0, 0, 0, 7], [0, 0, 0, 0, 0], [0, 0, 0, 0, 8]]);
    assert_eq!(notes(&log), "bad_count 1, bad_row 3, negative_count 1");
}

#[test]
fn a_table_without_times_or_tokens_says_what_is_missing() {
    for (head, missing) in [("model,output", "the time"), ("time,model", "tokens"), ("[", "the time")] {
        let log = events(&format!("{head}\n1,2\n"));
        let (_, why) = &log.stopped[0];
        assert!(why.contains(&format!("no column for {missing}")), "{why}");
        assert_eq!(notes(&log), "unreadable 1");
    }
}

#[test]
fn the_columns_are_listed_with_their_other_names() {
    let columns: Vec<_> = Format::columns().map(|(name, _)| name).collect();
    let documented = ["time", "user", "model", "input", "cache_read", "cache_write_5m", "cache_write_1h", "output"];
    assert_eq!(columns[..8], documented);
    assert!(Format::columns().all(|(_, others)| !others.is_empty()));
}
