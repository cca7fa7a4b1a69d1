package insight

import "slices"

// Metric is a line of the catalogue (INS-1, metrics.md). Its names are "metric.<id>" in the catalogue of texts.
type Metric struct {
	ID        string
	Unit      string   // n, fen, %, ratio, h100, min
	Better    int      // 1 more is better, -1 less is better, 0 neither
	Dims      []string // beyond center, region and date
	Over, Num string   // a ratio is Num ÷ Over: quotients of sums, never means of ratios
	List      string   // kind of the records that it counts; see Link
	Median    bool     // the median of values whose counts are kept by whole number: see splitMedian
}

// Key is the metric's key in a report: with the unit where it is fen or hours (contract.md).
func (m Metric) Key() string {
	switch m.Unit {
	case "fen":
		return m.ID + "_fen"
	case "h100":
		return m.ID + "_hours_x100"
	}
	return m.ID
}

// Ratio tells whether the metric is a quotient.
func (m Metric) Ratio() bool { return m.Over != "" }

var (
	leadDims     = []string{"channel", "campaign", "consultant", "course", "kind"}
	contractDims = []string{"channel", "campaign", "consultant", "course", "kind", "package"}
	cashDims     = []string{"method", "consultant", "channel", "campaign", "kind"}
)

// Catalogue lists every metric, in the order of metrics.md.
var Catalogue = []Metric{
	{ID: "leads", Unit: "n", Better: 1, Dims: leadDims, List: "leads"},
	{ID: "renewal_enquiries", Unit: "n", Better: 1, Dims: leadDims, List: "renewal-enquiries"},
	{ID: "first_contact_minutes", Unit: "min", Better: -1, Dims: leadDims, Median: true},
	{ID: "sla_breaches", Unit: "n", Better: -1, Dims: leadDims},
	{ID: "appointments", Unit: "n", Better: 1, Dims: append(slices.Clone(leadDims), "inviter"), List: "appointments"},
	{ID: "arrived", Unit: "n", Better: 1, Dims: append(slices.Clone(leadDims), "inviter"), List: "arrived"},
	{ID: "no_shows", Unit: "n", Better: -1, Dims: append(slices.Clone(leadDims), "inviter"), List: "no-shows"},
	{ID: "visits", Unit: "n", Better: 1, Dims: leadDims, List: "visits"},
	{ID: "visits_new", Unit: "n", Better: 1, Dims: leadDims, List: "visits-new"},
	{ID: "visits_signed", Unit: "n", Better: 1, Dims: leadDims},
	{ID: "show_rate", Unit: "%", Better: 1, Num: "arrived", Over: "appointments", Dims: leadDims},
	{ID: "contracts", Unit: "n", Better: 1, Dims: contractDims, List: "contracts"},
	{ID: "contracts_new", Unit: "n", Better: 1, Dims: contractDims, List: "contracts-new"},
	{ID: "contracts_renewal", Unit: "n", Better: 1, Dims: contractDims, List: "contracts-renewal"},
	{ID: "signing_rate", Unit: "%", Better: 1, Num: "visits_signed", Over: "visits", Dims: leadDims},
	{ID: "visits_per_contract", Unit: "ratio", Better: -1, Num: "visits_new", Over: "contracts_new", Dims: leadDims},
	{ID: "contract_amount", Unit: "fen", Better: 1, Dims: contractDims, List: "contracts"},
	{ID: "average_contract", Unit: "fen", Better: 1, Num: "contract_amount", Over: "contracts", Dims: contractDims},
	{ID: "discount_given", Unit: "fen", Better: -1, Dims: []string{"consultant"}},
	{ID: "cash_in", Unit: "fen", Better: 1, Dims: cashDims, List: "payments"},
	{ID: "cash_in_new", Unit: "fen", Better: 1, Dims: cashDims, List: "payments-new"},
	{ID: "cash_in_renewal", Unit: "fen", Better: 1, Dims: cashDims, List: "payments-renewal"},
	{ID: "cash_in_other", Unit: "fen", Better: 1, Dims: cashDims, List: "payments-other"},
	{ID: "qualified", Unit: "n", Better: 1, Dims: leadDims},
	{ID: "campaign_cost", Unit: "fen", Better: -1, Dims: []string{"campaign", "category"}},
	{ID: "cost_per_lead", Unit: "fen", Better: -1, Num: "campaign_cost", Over: "leads", Dims: []string{"campaign"}},
	{ID: "cost_per_visit", Unit: "fen", Better: -1, Num: "campaign_cost", Over: "visits", Dims: []string{"campaign"}},
	{ID: "cost_per_contract", Unit: "fen", Better: -1, Num: "campaign_cost", Over: "contracts_new", Dims: []string{"campaign"}},
	{ID: "return_ratio", Unit: "ratio", Better: 1, Num: "cash_in", Over: "campaign_cost", Dims: []string{"campaign"}},
	{ID: "leads_per_appointment", Unit: "ratio", Better: -1, Num: "leads", Over: "appointments", Dims: leadDims},
	{ID: "appointments_per_visit", Unit: "ratio", Better: -1, Num: "appointments", Over: "visits_new", Dims: leadDims},
	{ID: "leads_per_contract", Unit: "ratio", Better: -1, Num: "leads", Over: "contracts_new", Dims: leadDims},
	{ID: "lead_signing_rate", Unit: "%", Better: 1, Num: "contracts_new", Over: "leads", Dims: leadDims},
	{ID: "days_to_appointment", Unit: "days", Better: -1, Dims: leadDims},
	{ID: "days_appointment_to_visit", Unit: "days", Better: -1, Dims: leadDims},
	{ID: "days_visit_to_contract", Unit: "days", Better: -1, Dims: leadDims},
	{ID: "days_to_contract", Unit: "days", Better: -1, Dims: leadDims},
	{ID: "target", Unit: "n", Better: 1, Dims: []string{"consultant", "metric"}, List: "targets"},
	{ID: "targets_of_consultants", Unit: "n", Better: 1, Dims: []string{"metric"}, List: "targets"},
	{ID: "target_attainment", Unit: "%", Better: 1, Dims: []string{"consultant", "metric"}},
	{ID: "forecast", Unit: "n", Better: 1, Dims: []string{"consultant", "metric"}},
	{ID: "forecast_low", Unit: "n", Better: 1, Dims: []string{"consultant", "metric"}},
	{ID: "forecast_high", Unit: "n", Better: 1, Dims: []string{"consultant", "metric"}},
	{ID: "forecast_attainment", Unit: "%", Better: 1, Dims: []string{"consultant", "metric"}},
	{ID: "appointment_adjusted", Unit: "%", Better: 1, Dims: []string{"consultant"}},
	{ID: "visit_adjusted", Unit: "%", Better: 1, Dims: []string{"consultant"}},
	{ID: "contract_adjusted", Unit: "%", Better: 1, Dims: []string{"consultant"}},
	{ID: "lead_signing_adjusted", Unit: "%", Better: 1, Dims: []string{"consultant"}},
	{ID: "active_students", Unit: "n", Better: 1, Dims: []string{"consultant"}},
	{ID: "referrals", Unit: "n", Better: 1, Dims: []string{"consultant", "referrer"}, List: "referrals"},
	{ID: "referral_rate", Unit: "%", Better: 1, Num: "referrals", Over: "active_students", Dims: []string{"consultant"}},
	{ID: "referral_contracts", Unit: "n", Better: 1, Dims: []string{"consultant", "referrer"}, List: "referrals-signed"},
	{ID: "referral_signing_rate", Unit: "%", Better: 1, Num: "referral_contracts", Over: "referrals", Dims: []string{"consultant", "referrer"}},
	{ID: "referral_amount", Unit: "fen", Better: 1, Dims: []string{"consultant", "referrer"}},
	{ID: "referral_cash", Unit: "fen", Better: 1, Dims: []string{"consultant", "referrer"}},
	{ID: "reward_hours", Unit: "h100", Dims: []string{"consultant", "referrer"}},
	{ID: "promotion_plan", Unit: "n", Dims: []string{"promotion"}},
	{ID: "contracts_additional", Unit: "n", Better: 1, Dims: []string{"promotion"}},
	{ID: "contracts_during", Unit: "n", Better: 1, Dims: []string{"promotion"}},
	{ID: "contracts_before", Unit: "n", Dims: []string{"promotion"}},
	{ID: "promotion_contracts", Unit: "n", Better: 1, Dims: []string{"promotion"}},
	{ID: "promotion_off", Unit: "fen", Better: -1, Dims: []string{"promotion"}},
	{ID: "gift_value", Unit: "fen", Better: -1, Dims: []string{"promotion"}},
	{ID: "thing_cost", Unit: "fen", Better: -1, Dims: []string{"promotion"}},
	{ID: "margin_given", Unit: "fen", Better: -1, Dims: []string{"promotion"}},
	{ID: "cost_per_additional", Unit: "fen", Better: -1, Dims: []string{"promotion"}},
	{ID: "renewals_early", Unit: "n", Better: -1, Dims: []string{"promotion"}},
	{ID: "hours_sold", Unit: "h100", Better: 1, Dims: []string{"course", "package"}},
	{ID: "hours_gift", Unit: "h100", Dims: []string{"course", "package"}},
}

var metricsByID = func() map[string]Metric {
	out := make(map[string]Metric, len(Catalogue))
	for _, m := range Catalogue {
		out[m.ID] = m
	}
	return out
}()

// MetricByID gives a metric of the catalogue.
func MetricByID(key string) (Metric, bool) {
	m, ok := metricsByID[key]
	return m, ok
}
