package organization

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zhike/internal/facts"
	"zhike/internal/kernel/id"
	"zhike/internal/kernel/op"
	"zhike/internal/kernel/problem"
)

// Setting is something that a school may set, for itself or for a center; its name is "setting.<key>" in the catalogue.
type Setting struct {
	Key     string
	Default string
	Min     int64 // whole numbers only
	Max     int64
	Percent bool // hundredths of a per cent, which people read and type as per cent
}

// YesNo tells whether the setting is a question: 1 yes, 0 no.
func (s Setting) YesNo() bool { return s.Min == 0 && s.Max == 1 }

// FirstContactMinutes is the setting of the working minutes within which the first contact of an enquiry without a channel is due; 0: none
// is (SAL-2).
const FirstContactMinutes = "contact.first-minutes"

// FeedbackPageDays is the setting of the days for which the page that came with a feedback is kept (ROL-8): names stand on it.
const FeedbackPageDays = "feedback.page-days"

// The settings of the public pool (PPL-8): after how many days without a contact an enquiry of each grade of intention returns to it, 0:
// never; how many an account claims and looks at a day; for how many days who had it cannot claim it back; how many days after the end of
// the last contract a former student is laid into it, 0: never.
const (
	PoolDays     = "pool.days-" // and the grade: a, b, c, none
	PoolClaims   = "pool.claims-per-day"
	PoolViews    = "pool.views-per-day"
	PoolOwnAgain = "pool.own-days"
	PoolFormer   = "pool.former-days"
)

// The settings of data requests (PPL-11): within how many days one is answered, for how many days the file of an export is kept, and for how many months a person is kept after the last
// thing that there was to do with it; for how many years who paid is kept, as the vouchers are (in China 30, Measures for the Administration of
// Accounting Archives, 2016).
const (
	RequestDays     = "privacy.request-days"
	ExportDays      = "privacy.export-days"
	RetentionMonths = "privacy.retention-months"
	BooksYears      = "privacy.books-years"
)

// The settings of how much work presses, in per cent of work that does not (SAL-3): a first contact when its time is over, who comes today
// and has not confirmed, who returns to the pool within a day, a step that is late, a step of today.
const (
	UrgencyFirst   = "work.urgency-first"
	UrgencyVisit   = "work.urgency-visit"
	UrgencyPool    = "work.urgency-pool"
	UrgencyOverdue = "work.urgency-overdue"
	UrgencyDue     = "work.urgency-due"
)

// The settings of the annual plan (MKT-8): whether what goes beyond a budget needs an approval, not only a word; and at which share of the
// budget of a channel marketing is told, in per cent, 0: never.
const (
	BudgetApproval = "budget.beyond-approval"
	BudgetShare    = "budget.notice-share"
)

// ReferralHours is the setting of the hours that somebody is given for a person whom they brought and who paid; 0: none (MKT-12).
const ReferralHours = "referral.hours"

// Settings lists what can be set.
var Settings = []Setting{
	{Key: "quote.discount-limit", Default: "500", Min: 0, Max: 10_000, Percent: true},
	{Key: HolidaysWork, Default: "1", Min: 0, Max: 1}, // 1 yes, 0 no
	{Key: FirstContactMinutes, Default: "30", Min: 0, Max: 43_200},
	{Key: FeedbackPageDays, Default: "90", Min: 7, Max: 730},
	{Key: "approval.hours", Default: "8", Min: 1, Max: 240},
	{Key: "appointment.reminder-minutes", Default: "120", Min: 10, Max: 2880},
	{Key: PoolDays + "a", Default: "15", Min: 0, Max: 730},
	{Key: PoolDays + "b", Default: "30", Min: 0, Max: 730},
	{Key: PoolDays + "c", Default: "60", Min: 0, Max: 730},
	{Key: PoolDays + "none", Default: "30", Min: 0, Max: 730},
	{Key: PoolClaims, Default: "10", Min: 0, Max: 1000},
	{Key: PoolViews, Default: "50", Min: 0, Max: 10_000},
	{Key: PoolOwnAgain, Default: "30", Min: 0, Max: 730},
	{Key: PoolFormer, Default: "30", Min: 0, Max: 730},
	{Key: RequestDays, Default: "15", Min: 1, Max: 30},
	{Key: ExportDays, Default: "7", Min: 1, Max: 30},
	{Key: RetentionMonths, Default: "36", Min: 3, Max: 360},
	{Key: BooksYears, Default: "30", Min: 5, Max: 50},
	{Key: ReferralHours, Default: "2", Min: 0, Max: 100},
	{Key: BudgetApproval, Default: "0", Min: 0, Max: 1},
	{Key: BudgetShare, Default: "80", Min: 0, Max: 100},
	{Key: UrgencyFirst, Default: "800", Min: 100, Max: 10_000},
	{Key: UrgencyVisit, Default: "300", Min: 100, Max: 10_000},
	{Key: UrgencyPool, Default: "200", Min: 100, Max: 10_000},
	{Key: UrgencyOverdue, Default: "200", Min: 100, Max: 10_000},
	{Key: UrgencyDue, Default: "150", Min: 100, Max: 10_000},
}

// Shown is a value as people read it: "5.25" for 525 hundredths of a per cent.
func (s Setting) Shown(value string) string {
	n, err := strconv.ParseInt(value, 10, 64)
	if !s.Percent || err != nil {
		return value
	}
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", n/100, n%100), "0"), ".")
}

// Typed is the value of what people type, with or without a sign of per cent. What is no such number stays as it is, and is refused as
// out of the range.
func (s Setting) Typed(text string) string {
	text = strings.TrimSpace(text)
	if !s.Percent {
		return text
	}
	whole, part, _ := strings.Cut(strings.TrimSpace(strings.TrimSuffix(text, "%")), ".")
	n, err := strconv.ParseUint(whole+(part + "00")[:2], 10, 32)
	if err != nil || len(part) > 2 || whole == "" {
		return text + "?"
	}
	return strconv.FormatUint(n, 10)
}

// SettingOf finds what can be set under a key.
func SettingOf(key string) (Setting, bool) {
	i := slices.IndexFunc(Settings, func(s Setting) bool { return s.Key == key })
	if i < 0 {
		return Setting{}, false
	}
	return Settings[i], true
}

// Number is the value of a setting that holds for a center.
func (d *Directory) Number(center id.ID, key string) int64 {
	s, ok := SettingOf(key)
	if !ok {
		return 0
	}
	if n, err := strconv.ParseInt(d.Setting(center, key, s.Default), 10, 64); err == nil {
		return n
	}
	n, err := strconv.ParseInt(s.Default, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// SetSetting sets a setting. Refused: an unknown key, a value out of its range.
var SetSetting = op.Op[SettingInput, Done]{
	Name: "organization.set-setting", Rule: "ORG-1", Needs: "setting:update", Fact: facts.SettingChanged{}, Do: setSetting,
	Subjects: func(in SettingInput) []op.Ref {
		if in.CenterID.IsNone() {
			return nil
		}
		return []op.Ref{{Kind: "center", ID: in.CenterID, Reached: true}}
	},
}

// SettingInput is the value for a center, or for the company where it names none.
type SettingInput struct {
	CenterID id.ID  `json:"center_id,omitempty"`
	Key      string `json:"key" maxLength:"60"`
	Value    string `json:"value" maxLength:"60"`
}

func setSetting(ctx context.Context, tx *op.Tx, in SettingInput) (Done, error) {
	var bad problem.Invalid
	if s, known := SettingOf(in.Key); !known {
		bad.Add("key", "unknown", in.Key)
	} else if n, err := strconv.ParseInt(in.Value, 10, 64); err != nil || n < s.Min || n > s.Max {
		bad.Add("value", "setting-range", in.Value, "min", s.Min, "max", s.Max)
	}
	if err := bad.Err("ORG-1"); err != nil {
		return Done{}, err
	}
	_, err := tx.Exec(ctx, "INSERT INTO settings (center, key, value) VALUES (?, ?, ?) ON CONFLICT (center, key) DO UPDATE SET value = excluded.value", in.CenterID[:], in.Key, in.Value)
	if err != nil {
		return Done{}, fmt.Errorf("set setting: %w", err)
	}
	tx.Record(in.CenterID, facts.SettingChanged{Center: in.CenterID, Key: in.Key})
	return Done{ID: in.CenterID}, changed(ctx, tx)
}
