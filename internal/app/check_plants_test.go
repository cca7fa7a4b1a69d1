package app_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"zhike/internal/app"
	"zhike/internal/finance"
	"zhike/internal/kernel/check"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/money"
	"zhike/internal/kernel/op"
	"zhike/internal/people"
	"zhike/internal/testkit"
)

const plantedPromotion = "INSERT INTO promotions (id, no, name, centers, packages, kinds, from_day, until_day, form, percent, amount, gift, thing, thing_cost, stacking, floor, owner, plan_contracts, goal, state, created_at, stopped_day, version, quota, used) VALUES (?, 'P-2026-0009', 'x', '[]', '[]', '[]', 1, 1, 'percent', 100, 0, 0, '', 0, 'alone', 0, ?, 0, '', 'active', 0, 0, 0, "

// plants are faults by what a check says of them: a query by its words, a check without queries by its name. Each ? is an id that nobody has.
var plants = map[string]string{
	"attach.whole":                                                                     "INSERT INTO attachments (id, record_kind, record, name, type, size, digest, staff, received, created_at) VALUES (?, 'campaign-cost', ?, 'x', 'application/pdf', 5, '', ?, TRUE, 0)",
	"campaign: costs before its approval":                                              "INSERT INTO campaign_costs (id, campaign, day, category, amount, document, note, created_at, version) VALUES (?, ?, 1, 'media', 100, 'x', '', 0, 0)",
	"campaign: leads before its approval":                                              "UPDATE leads SET campaign = ?",
	"cost line: amount of its reversal":                                                "INSERT INTO campaign_costs (id, campaign, day, category, amount, document, note, reversed_by, created_at, version) VALUES (?, ?, 1, 'media', 100, 'x', '', ?, 0, 0)",
	"person drawn for a control group: its segment":                                    "INSERT INTO segment_members (id, segment, person, control, drawn_at) VALUES (?, ?, ?, TRUE, 0)",
	"submission: its lead":                                                             "INSERT INTO submissions (id, point, state, reason, detail, name, phone, minor, guardian, said, lang, utm, referrer, consent_by, address, digest, challenge, times, received_at, version) VALUES (?, ?, 'entered', '', '', '', '', FALSE, '', '', '', 'null', '', '', '', '', '', 1, 0, 0)",
	"marketing.campaign-numbers":                                                       "INSERT INTO campaigns (id, no, name, format, centers, channels, owner, from_day, until_day, audience, promise, state, plan_leads, plan_visits, plan_contracts, plan_cash, created_at, lesson, review, version) VALUES (?, 'M-2026-0009', 'x', ?, '[]', '[]', ?, 1, 1, '', '', 'draft', 1, 0, 0, 0, 0, '', 'null', 0)",
	"contract: payable, list less discount":                                            "UPDATE contracts SET list = list + 1",
	"contract: payable, sum of its lines":                                              "UPDATE contract_lines SET payable = payable - 1",
	"contract: payable, sum of its instalments":                                        "UPDATE instalments SET amount = amount + 1",
	"contract: shares, 100 %":                                                          "UPDATE contract_shares SET share = share - 1",
	"contract line: hours, those of its edition":                                       "UPDATE contract_lines SET hours = hours + 100",
	"contract line: gift hours, those of its edition and its promotions":               "UPDATE contract_lines SET gift = gift + 100",
	"contract line: what promotions take off, at most what it is below its list price": "INSERT INTO contract_promotions (contract, promotion, line, no, name, taken_off, gift, thing) SELECT id, ?, 1, 'x', 'x', list, 0, '' FROM contracts",
	"reward: hours in the account":                                                     "INSERT INTO rewards (id, enquiry, person, referrer, center, contract, hours, state, line, taken, reason, earned_at, day, due, version) VALUES (?, ?, ?, ?, ?, ?, 100, 'booked', ?, 0, '', 0, 1, FALSE, 1)",
	"promotion: signed contracts counted":                                              plantedPromotion + "0, 5)",
	"promotion: signed contracts beyond its quota":                                     plantedPromotion + "1, 5)",
	"sales.promotion-numbers":                                                          plantedPromotion + "0, 0)",
	"package: price, that of its edition":                                              "UPDATE packages SET price = price + 1",
	"contract: paid, sum of its lines":                                                 "UPDATE contract_lines SET paid = paid - 1",
	"contract: paid, sum of its instalments":                                           "UPDATE instalments SET paid = 0",
	"contract line: paid, at most payable":                                             "UPDATE contract_lines SET paid = payable + 1",
	"instalment: paid, at most its amount":                                             "UPDATE instalments SET paid = -1",
	"contract: paid before its signature":                                              "UPDATE contracts SET state = 'draft'",
	"contract: facts of its signature":                                                 "DELETE FROM events WHERE kind = 'contracts.contract-signed.1'",
	"contract: state and day of signature":                                             "UPDATE contracts SET signed_day = 0",
	"contract line: hours left after an entry":                                         "UPDATE hour_entries SET gift = -1, kind = 'consumed' WHERE kind = 'gift'",
	"contract line: hours bought":                                                      "UPDATE hour_entries SET hours = hours - 1 WHERE kind = 'bought'",
	"hour entry: its line":                                                             "UPDATE hour_entries SET line = ?",
	"contracts.numbers":                                                                "UPDATE number_series SET last = last + 1 WHERE id LIKE 'contract:%'",
	"event: sum of its journal lines":                                                  "UPDATE journal SET amount = amount + 1 WHERE account LIKE 'cash.%'",
	"journal line: its event":                                                          "UPDATE journal SET event = ?",
	"journal line: day of its event":                                                   "UPDATE journal SET day = day + 1",
	"contract line: deferred revenue or receivable":                                    "UPDATE journal SET amount = -amount WHERE line IS NOT NULL",
	"contract line: paid + receivable, recognized":                                     "UPDATE journal SET amount = amount - 1 WHERE account = 'deferred-revenue'",
	"person: customer balance below zero":                                              "UPDATE journal SET amount = 1 WHERE account = 'customer-balance'",
	"payment: facts":                                                                   "DELETE FROM events WHERE kind = 'finance.payment-reversed.1'",
	"event: its payment":                                                               "DELETE FROM payments WHERE reverses IS NOT NULL",
	"payment: cash in the journal, its amount":                                         "UPDATE payments SET method = 'card'",
	"payment: customer balance in the journal":                                         "DELETE FROM journal WHERE account = 'customer-balance'",
	"payment: allocated, at most its amount":                                           "UPDATE allocations SET amount = amount * 100",
	"allocation: its payment and contract":                                             "UPDATE allocations SET contract = ?",
	"payment: reversals":                                                               "UPDATE payments SET reversed = FALSE",
	"reversal: amount, that of its payment turned round":                               "UPDATE payments SET amount = amount - 1 WHERE reverses IS NOT NULL",
	"payment: amount without a reversal":                                               "UPDATE payments SET amount = -amount WHERE reverses IS NULL",
	"reversal: allocations, those of its payment":                                      "DELETE FROM allocations WHERE amount < 0",
	"finance.contracts":                                                                "UPDATE contracts SET paid = paid + 1",
	"finance.receipts":                                                                 "UPDATE payments SET no = 'HDR2026-000009' WHERE reverses IS NOT NULL",
	"merged person: its merge":                                                         "DELETE FROM merges",
	"merge: its person stands for itself":                                              "UPDATE persons SET merged_into = NULL",
	"merged person: who stands for it":                                                 "UPDATE persons SET merged_into = id WHERE merged_into IS NOT NULL",
	"merged person: guardians and search terms":                                        "INSERT INTO search_fresh (kind, text, person) SELECT 1, 'zz', id FROM persons WHERE merged_into IS NOT NULL",
	"merged person: links":                                                             "UPDATE person_links SET person = (SELECT id FROM persons WHERE merged_into IS NOT NULL)",
	"organization: its row of persons":                                                 "UPDATE persons SET organization = FALSE",
	"person that is an organization: what it has":                                      "UPDATE persons SET organization = TRUE",
	"contact of an organization: both":                                                 "INSERT INTO organization_contacts (id, organization, person, role, since) VALUES (?, ?, ?, 'hr', 0)",
	"person: circle of referrers":                                                      "UPDATE enquiries SET referrer = person",
	"organization: it is merged with organizations only, and is a student, guardian or member of nothing": "UPDATE persons SET household = id WHERE organization",
	"merge: facts of it":                              "UPDATE merges SET event = NULL",
	"people.belongings":                               "UPDATE touches SET person = (SELECT id FROM persons WHERE merged_into IS NOT NULL)",
	"position: its staff member":                      "UPDATE positions SET staff = ?",
	"position: its role":                              "UPDATE positions SET role = 'nobody'",
	"account: its staff member":                       "UPDATE accounts SET staff = ?",
	"view: its account":                               "INSERT INTO views (id, account, list, name, query, shared, created_at, version) VALUES (?, ?, '/people', 'x', '', '', 0, 0)",
	"view by mail: its view":                          "INSERT INTO view_mails (id, view, account, every, next_day, created_at) VALUES (?, ?, ?, 'day', 0, 0)",
	"special day: its center":                         "UPDATE special_days SET center = ?",
	"room: its center":                                "INSERT INTO rooms (id, center, name, seats, active, version) VALUES (?, ?, 'x', 1, TRUE, 0)",
	"contact point: its person":                       "UPDATE contact_points SET person = ?",
	"data request: its person":                        "INSERT INTO data_requests (id, person, kind, asked_by, identity, note, state, due, created_at, version) VALUES (?, ?, 'export', 'self', 'document', '', 'open', 1, 0, 0)",
	"anonymized person: no phone is kept":             "UPDATE persons SET anonymized_at = 1 WHERE id IN (SELECT person FROM contact_points)",
	"consent: its person":                             "INSERT INTO consents (id, person, purpose, channel, given, source, day, at) VALUES (?, ?, 'marketing', 'sms', TRUE, 'paper', 1, 0)",
	"touch: its person":                               "UPDATE touches SET person = ?",
	"link: its person":                                "UPDATE person_links SET person = ? WHERE kind = 'contract'",
	"search term: its person":                         "INSERT INTO search_terms (kind, text, person) VALUES (1, 'x', ?)",
	"guardian: both persons":                          "UPDATE guardians SET guardian = ?",
	"person: the link of its registration":            "DELETE FROM person_links WHERE kind = 'person'",
	"person: facts of its registration":               "DELETE FROM events WHERE kind = 'people.person-registered.1'",
	"touch: facts of it":                              "DELETE FROM events WHERE kind = 'people.touch-recorded.1'",
	"touch that was taken back: facts of it":          "UPDATE touches SET withdrawn_at = 1",
	"enquiry: the link of its person":                 "DELETE FROM person_links WHERE kind = 'enquiry'",
	"contract: the link of its student":               "DELETE FROM person_links WHERE kind = 'contract'",
	"change: its old values":                          "DELETE FROM event_personal",
	"people.search":                                   "UPDATE persons SET name_terms = ' x'",
	"people.keys":                                     "UPDATE person_keys SET wrapped = (SELECT digest FROM events ORDER BY id LIMIT 1)",
	"process.case-steps":                              "DELETE FROM case_steps WHERE step = 'quote'",
	"sales.enquiry-owner":                             "UPDATE enquiries SET consultant = ?",
	"sales.visit-appointment":                         "UPDATE appointments SET state = 'booked'",
	"consultant: open enquiries counted":              "UPDATE assignment_turns SET open_count = open_count + 1",
	"consultant: open enquiries that are not counted": "DELETE FROM assignment_turns",
	"enquiry: open appointments":                      "INSERT INTO appointments (id, enquiry, person, center, starts_at, day, state, reminded, version) SELECT s.id, a.enquiry, a.person, a.center, 0, 0, 'booked', FALSE, 1 FROM staff s CROSS JOIN (SELECT * FROM appointments ORDER BY id LIMIT 1) a",
	"enquiry in the public pool: owners":              "UPDATE enquiries SET stage = 'pool' WHERE consultant IS NOT NULL",
	"enquiry: reasons of a loss that was none":        "UPDATE enquiries SET lost_reason = 'price' WHERE outcome <> 'lost'",
	"insight.paths":                                   "DELETE FROM insight_paths",
	"sales.quote-numbers":                             "UPDATE number_series SET last = last + 1 WHERE id LIKE 'quote:%'",
}

// TestTRU8_EveryCheckSeesItsFault plants a fault for each invariant that zhike check proves, one at a time, and sees it named; a database
// without faults names nothing. An invariant without a plant fails, as does a plant that no invariant asks for.
func TestTRU8_EveryCheckSeesItsFault(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		lived(t, s)
		s.Check(t)
		used := map[string]bool{}
		for _, c := range app.Checks() {
			words := []string{c.Name}
			if len(c.Queries) > 0 {
				words = nil
				for _, q := range c.Queries {
					words = append(words, q.What)
				}
			}
			for _, w := range words {
				key, fault := plantFor(w)
				if fault == "" {
					t.Errorf("%s: nothing is planted for %q", c.Name, w)
					continue
				}
				used[key] = true
				seen(t, s, c, w, fault)
			}
		}
		for key := range plants {
			if !used[key] {
				t.Errorf("no check says %q", key)
			}
		}
	})
}

// plantFor gives the plant whose key begins what a check says.
func plantFor(what string) (key, fault string) {
	for k, f := range plants {
		if strings.HasPrefix(what, k) && len(k) > len(key) {
			key, fault = k, f
		}
	}
	return key, fault
}

// seen plants a fault, undone afterwards, and looks whether the check names it.
func seen(t *testing.T, s *testkit.School, c check.Check, what, fault string) {
	t.Helper()
	undone := errors.New("undone")
	err := s.Ops.Write(s.System(), func(ctx context.Context, tx *op.Tx) error {
		args := []any{}
		for range strings.Count(fault, "?") {
			args = append(args, id.ID{15: byte(1 + len(args))})
		}
		if n, err := tx.Exec(ctx, fault, args...); err != nil || n == 0 {
			t.Errorf("%s: changes %d rows: %v", fault, n, err)
			return undone
		}
		found, err := check.Run(ctx, tx, []check.Check{c})
		if err != nil {
			return err
		}
		named := false
		for _, f := range found {
			named = named || f.Check == c.Name && f.Rule == c.Rule && (len(c.Queries) == 0 || strings.HasPrefix(f.What, what+": "))
		}
		if !named {
			t.Errorf("%s: %s does not say %q: %v", fault, c.Name, what, found)
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatalf("%s: %v", fault, err)
	}
}

// lived is a school in which something of every kind happened.
func lived(t *testing.T, s *testkit.School) {
	t.Helper()
	c, child, parent := s.Contract(t, s.HD), s.Person(t, s.HD), s.Person(t, s.HD)
	s.Enquiry(t, s.HD)
	desk := s.FrontDesk(s.HD)
	_, err := people.Change.Run(desk, s.Ops, people.ChangeInput{PersonID: child, Base: new(int64(0)), Lang: new("en")})
	if err == nil {
		_, err = people.LinkGuardian.Run(desk, s.Ops, people.LinkGuardianInput{PersonID: child, GuardianID: parent, Relation: "mother"})
	}
	if err == nil {
		if _, err := people.RegisterOrganization.Run(desk, s.Ops, people.OrganizationInput{Name: "星河软件", CenterID: s.HD}); err != nil {
			t.Fatal(err)
		}
		_, err = people.Merge.Run(desk, s.Ops, people.MergeInput{PersonID: child, WithID: s.Person(t, s.HD)})
	}
	if err != nil {
		t.Fatal(err)
	}
	take := func(amount money.Fen) id.ID {
		p, err := finance.TakePayment.Run(desk, s.Ops, finance.TakePaymentInput{ContractID: c.ID, Method: "cash", Amount: amount})
		if err != nil {
			t.Fatal(err)
		}
		return p.ID
	}
	take(money.Yuan(5_000))
	wrong := take(money.Yuan(34_000))
	if _, err := finance.ReversePayment.Run(s.Finance(s.HD), s.Ops, finance.ReversePaymentInput{PaymentID: wrong, Reason: "x"}); err != nil {
		t.Fatal(err)
	}
	take(money.Yuan(33_500))
	if err := s.App.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
}
