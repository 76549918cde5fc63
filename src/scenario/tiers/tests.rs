use super::*;

fn ratio(text: &str) -> Ratio {
    Ratio::parse_share(text).expect("a number")
}

/// A plan without fees; serving costs a quarter of list.
fn plan(fee: &str, included: Option<&str>, rate: &str) -> Offer {
    Offer {
        fee_usd: ratio(fee),
        included_usd: included.map(ratio),
        overflow_rate: ratio(rate),
        room_usd: ratio(fee),
        serving_share: ratio("0.25"),
        fee_share: Ratio::zero(),
    }
}

fn api() -> Offer {
    Offer::api(ratio("0.25"))
}

/// The segments as `(offer, from, to)`, in dollars.
fn shown(offers: &[Offer]) -> Vec<(usize, String, String)> {
    let text = |usd: &Ratio| usd.to_exact();
    ladder(offers)
        .iter()
        .map(|s| (s.offer, text(&s.from_usd), s.to_usd.as_ref().map_or_else(|| "on".to_owned(), text)))
        .collect()
}

fn segments(of: &[(usize, &str, &str)]) -> Vec<(usize, String, String)> {
    of.iter().map(|&(offer, from, to)| (offer, from.to_owned(), to.to_owned())).collect()
}

fn claude() -> Vec<Offer> {
    vec![plan("20", Some("400"), "1"), plan("100", Some("2000"), "1"), plan("200", Some("8000"), "1"), api()]
}

#[test]
fn the_claude_ladder_cuts_at_20_480_and_2100() {
    // The API costs D: 20 at D = 20. Pro costs 20 + (D - 400): 100 at D = 480. Max 5x costs 100 + (D - 2000): 200 at
    // D = 2100. Max 20x costs 200 + (D - 8000), and nothing includes more.
    let expected = [(3, "0", "20"), (0, "20", "480"), (1, "480", "2100"), (2, "2100", "on")];
    assert_eq!(shown(&claude()), segments(&expected));
}

#[test]
fn the_chatgpt_ladder_cuts_at_20_780_and_3600() {
    // 20 + (D - 700) = 100 at D = 780; 100 + (D - 3500) = 200 at D = 3600.
    let offers = [plan("20", Some("700"), "1"), plan("100", Some("3500"), "1"), plan("200", Some("14000"), "1"), api()];
    let expected = [(3, "0", "20"), (0, "20", "780"), (1, "780", "3600"), (2, "3600", "on")];
    assert_eq!(shown(&offers), segments(&expected));
}

#[test]
fn the_order_of_the_list_does_not_move_the_cuts() {
    let mut offers = claude();
    offers.reverse();
    let expected = [(0, "0", "20"), (3, "20", "480"), (2, "480", "2100"), (1, "2100", "on")];
    assert_eq!(shown(&offers), segments(&expected));
}

#[test]
fn without_the_api_the_smallest_tier_begins_at_nothing() {
    assert_eq!(shown(&claude()[..3])[0], (0, "0".to_owned(), "480".to_owned()));
}

#[test]
fn every_informed_subscriber_of_the_upper_claude_tiers_loses_the_vendor_money() {
    // D* is 4 x 20 = 80, 400 and 800. Pro loses from 80 on and wins it back at 400 + (100 - 20) / 0.75 = 506.67, past
    // its 480; the others begin at 480 and 2100, already above 400 and 800.
    let offers = claude();
    let (from, to) = (ratio("20"), ratio("480"));
    assert_eq!(offers[0].loses(&from, Some(&to)), Some((ratio("80"), None)));
    assert_eq!(offers[1].loses(&to, Some(&ratio("2100"))), Some((ratio("480"), None)));
    // -1800 at full use, won back at 0.75 a dollar: 8000 + 2400.
    assert_eq!(offers[2].loses(&ratio("2100"), None), Some((ratio("2100"), Some(ratio("10400")))));
    assert_eq!(offers[3].loses(&Ratio::zero(), Some(&from)), None);
    // At 480 pro pays 20 + 80 and costs 120 to serve.
    assert_eq!(offers[0].profit_usd(&to), ratio("-20"));
    assert_eq!(offers[0].margin(&to), Some(ratio("-0.2")));
    assert_eq!(offers[3].margin(&from), Some(ratio("0.75")));
    assert_eq!(offers[3].margin(&Ratio::zero()), None);
}

#[test]
fn a_loss_that_only_begins_in_the_overflow_is_found() {
    // Overflow at 0.1 of list costs 0.25 to serve. 50 at no use, 50 - 25 = 25 at the 100 that are included, then 0.15
    // less a dollar: nothing at 100 + 25 / 0.15.
    let offer = plan("50", Some("100"), "0.1");
    assert_eq!(offer.loses(&Ratio::zero(), None), Some((ratio("100") + ratio("500/3"), None)));
    assert_eq!(offer.loses(&Ratio::zero(), Some(&ratio("200"))), None);
}

#[test]
fn a_plan_without_enough_revenue_loses_from_the_start() {
    let offer = Offer { room_usd: ratio("-1"), ..plan("1", Some("10"), "1") };
    assert_eq!(offer.break_even(), BreakEven::Never);
    // -1 - 2.50 at full use, won back at 0.75 a dollar.
    assert_eq!(offer.loses(&Ratio::zero(), None), Some((Ratio::zero(), Some(ratio("10") + ratio("14/3")))));
    assert_eq!(offer.loses(&ratio("20"), None), None);
}

#[test]
fn serving_that_costs_nothing_never_loses() {
    let offer = Offer { serving_share: Ratio::zero(), ..plan("1", None, "1") };
    assert_eq!(offer.loses(&Ratio::zero(), None), None);
    assert_eq!(offer.break_even(), BreakEven::Always);
    assert_eq!(api().break_even(), BreakEven::Always);
}

#[test]
fn an_api_below_cost_loses_from_the_first_dollar() {
    let api = Offer::api(ratio("1.5"));
    assert_eq!(api.break_even(), BreakEven::Finite { usd: Ratio::zero(), utilization: None });
    assert_eq!(api.loses(&Ratio::zero(), None), Some((Ratio::zero(), None)));
    // A seat of 20 that includes nothing pays for 40 of it.
    let seat = Offer { fee_usd: ratio("20"), room_usd: ratio("20"), ..api };
    assert_eq!(seat.break_even(), BreakEven::Finite { usd: ratio("40"), utilization: None });
    assert_eq!(seat.loses(&Ratio::zero(), None), Some((ratio("40"), None)));
}

#[test]
fn a_tier_that_includes_no_more_for_more_money_is_dominated() {
    let mut offers = claude();
    offers.push(plan("30", Some("400"), "1"));
    assert_eq!(shown(&offers), shown(&claude()));
    assert_eq!(dominated(&offers, &ladder(&offers), 4), Some(Dominated::ByOne { offer: 0 }));
    assert_eq!(dominated(&offers, &ladder(&offers), 0), None);
}

#[test]
fn a_tier_between_two_others_can_be_dominated_by_turns() {
    // 98 for 450: at its full use the first costs 20 + 75 = 95, and the second costs 100 where it would cost more. The
    // first is dearer where there is much use, the second where there is little, so neither alone dominates.
    let offers = [plan("20", Some("400"), "1.5"), plan("100", Some("2000"), "1"), plan("98", Some("450"), "1")];
    // 20 + 1.5 (D - 400) = 100 at D = 453.33, where the third costs 98 + 3.33.
    let cut = ratio("400") + ratio("160/3");
    let segments = ladder(&offers);
    assert_eq!(segments.iter().map(|s| s.offer).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(segments[1].from_usd, cut);
    let by = Dominated::ByTurns { offer: 0, use_usd: ratio("450"), cost_usd: ratio("95") };
    assert_eq!(dominated(&offers, &segments, 2), Some(by));
}

#[test]
fn equal_offers_go_to_the_lower_fee_and_then_to_the_first() {
    let twice = [plan("20", Some("400"), "1"), plan("20", Some("400"), "1"), api()];
    assert_eq!(shown(&twice), segments(&[(2, "0", "20"), (0, "20", "on")]));
    assert_eq!(dominated(&twice, &ladder(&twice), 1), Some(Dominated::ByOne { offer: 0 }));
    // 20 for 400 and 0 for 380 cost the same from 400 on; the free one is cheaper before, and keeps what it has.
    let same_later = [plan("20", Some("400"), "1"), plan("0", Some("380"), "1"), api()];
    assert_eq!(shown(&same_later), segments(&[(1, "0", "on")]));
    // A fee that buys its own worth costs what the API costs once it is used up, and the API has the lower fee.
    let worth = [plan("20", Some("20"), "1"), api()];
    assert_eq!(shown(&worth), segments(&[(1, "0", "on")]));
}

#[test]
fn a_plan_without_limit_is_a_flat_line() {
    let offers = [plan("20", Some("400"), "1"), plan("250", None, "1"), api()];
    // 20 + (D - 400) = 250 at D = 630.
    assert_eq!(shown(&offers), segments(&[(2, "0", "20"), (0, "20", "630"), (1, "630", "on")]));
    // It loses from 4 x 250 on, without end.
    assert_eq!(offers[1].loses(&ratio("630"), None), Some((ratio("1000"), None)));
    assert_eq!(offers[0].marginal_multiple(&offers[1]), None);
}

#[test]
fn overflow_above_list_price_gives_the_api_a_second_segment() {
    // 20 + 5 (D - 400) = D at D = 495.
    let offers = [plan("20", Some("400"), "5"), api()];
    assert_eq!(shown(&offers), segments(&[(1, "0", "20"), (0, "20", "495"), (1, "495", "on")]));
}

#[test]
fn the_next_tier_is_worth_what_its_fee_adds() {
    // 400 / 20, 1600 / 80, 6000 / 100.
    let offers = claude();
    let step = |from: usize, to: usize| offers[from].marginal_multiple(&offers[to]);
    assert_eq!([step(3, 0), step(0, 1), step(1, 2)], ["20", "20", "60"].map(|x| Some(ratio(x))));
    assert_eq!(step(1, 0), None);
}

/// Numbers that look random and are the same every time.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn offer(&mut self) -> Offer {
        // Few different figures, so that ties and parallel lines are common.
        let rates = ["0", "1/2", "1", "1", "1", "3/2", "3"];
        let rate = rates[usize::try_from(self.below(7)).expect("small")];
        let included = (self.below(8) > 0).then(|| Ratio::from(self.below(12) * 10));
        let fee = Ratio::from(self.below(10) * 5);
        Offer { fee_usd: fee.clone(), room_usd: fee, included_usd: included, ..plan("0", None, rate) }
    }
}

#[test]
fn the_ladder_is_what_trying_every_offer_finds() {
    for seed in 0..120 {
        let mut seeded = Seeded(seed);
        let mut offers: Vec<Offer> = (0..1 + seeded.below(7)).map(|_| seeded.offer()).collect();
        if seeded.below(3) > 0 {
            offers.push(api());
        }
        let segments = ladder(&offers);
        assert_eq!(segments[0].from_usd, Ratio::zero());
        assert_eq!(segments.last().and_then(|last| last.to_usd.clone()), None);
        for pair in segments.windows(2) {
            assert_eq!(pair[0].to_usd.as_ref(), Some(&pair[1].from_usd), "seed {seed}");
            assert!(pair[0].from_usd < pair[1].from_usd && pair[0].offer != pair[1].offer, "seed {seed}");
        }
        for sevenths in (0..1_500).step_by(3) {
            let use_usd = Ratio::new(sevenths, 7);
            let tried = (0..offers.len())
                .min_by_key(|&at| (offers[at].cost_usd(&use_usd), offers[at].fee_usd.clone(), at))
                .expect("there is one");
            let segment = segments
                .iter()
                .find(|segment| segment.to_usd.as_ref().is_none_or(|to| use_usd <= *to))
                .expect("the last has no end");
            let chosen = &offers[segment.offer];
            assert_eq!(chosen.cost_usd(&use_usd), offers[tried].cost_usd(&use_usd), "seed {seed} at {sevenths}/7");
            let is_cut = segments.iter().any(|s| s.from_usd == use_usd);
            assert!(is_cut || segment.offer == tried, "seed {seed} at {sevenths}/7: {} not {tried}", segment.offer);
            let loses = chosen.loses(&segment.from_usd, segment.to_usd.as_ref());
            let within = loses.is_some_and(|(begin, end)| use_usd > begin && end.is_none_or(|end| use_usd < end));
            let at_an_end = use_usd.is_zero();
            assert!(at_an_end || within == chosen.profit_usd(&use_usd).is_negative(), "seed {seed} at {sevenths}/7");
        }
    }
}
