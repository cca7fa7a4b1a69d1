package people

import "slices"

// Departments lists the tabs of a timeline.
var Departments = []string{"sales", "desk", "finance", "system"}

// group is a kind of events of a timeline: the department that they are of, and the resource that one must see to see them.
type group struct {
	department, resource string
	kinds                []string
}

// shown are the kinds of a timeline (PPL-6). A kind that is not here is shown to nobody.
var shown = []group{
	{"sales", "touch", []string{"people.touch-recorded.1"}},
	{"sales", "enquiry", []string{
		"sales.enquiry-entered.1", "sales.enquiry-assigned.1", "sales.enquiry-lost.1", "sales.enquiry-updated.1", "sales.enquiry-changed.1", "sales.lead-merged.1", "sales.sla-breached.1",
		"sales.enquiry-reopened.1", "sales.contact-escalated.1", "people.touch-withdrawn.1", "marketing.submission-entered.1",
	}},
	{"sales", "appointment", []string{
		"sales.appointment-booked.1", "sales.appointment-confirmed.1", "sales.appointment-moved.1", "sales.appointment-cancelled.1", "sales.appointment-missed.1",
		"sales.appointment-restored.1", "sales.appointment-withdrawn.1",
	}},
	{"sales", "visit", []string{"sales.visit-finished.1", "sales.visit-reopened.1", "sales.reception-began.1", "sales.reception-withdrawn.1"}},
	{"sales", "quote", []string{"sales.quote-made.1", "sales.quote-accepted.1"}},
	{"sales", "contract", []string{"contracts.contract-drafted.1", "contracts.contract-signed.1"}},
	{"sales", "reward", []string{"sales.reward-earned.1", "sales.reward-booked.1", "sales.reward-reversed.1"}},
	{"desk", "visit", []string{"sales.visit-checked-in.1", "sales.walked-in.1", "sales.visit-withdrawn.1"}},
	{"finance", "payment", []string{"finance.payment-taken.1", "finance.payment-reversed.1"}},
	{"system", "task", []string{"process.task-done.1", "process.task-reopened.1", "process.task-reassigned.1"}},
	{"system", "person", []string{
		"people.person-registered.1", "people.person-changed.1", "people.phone-revealed.1", "people.household-joined.1", "people.household-left.1", "people.guardian-linked.1", "people.guardian-unlinked.1",
		"people.organization-registered.1", "people.organization-changed.1", "people.organization-archived.1", "people.organization-restored.1", "people.organization-contact-added.1",
		"people.organization-contact-removed.1", "people.persons-merged.1", "people.persons-unmerged.1", "people.persons-told-apart.1",
	}},
}

func departmentOf(kind string) string {
	for _, g := range shown {
		if slices.Contains(g.kinds, kind) {
			return g.department
		}
	}
	return "system"
}
