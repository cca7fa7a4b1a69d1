package app_test

import (
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zhike/internal/app"
	"zhike/internal/testkit"
)

// undriven are the operations that the model test does not do, by what keeps them out: all of a domain, or one.
var undriven = map[string]string{
	"organization":             "who works where is the ground of a walk, not a step of it",
	"process":                  "tasks and approvals follow from the steps",
	"marketing":                "channels are the ground of a walk; campaigns have walks of their own (TestMKT3_LeftIsExact)",
	"insight":                  "reports and mails change no matter",
	"rollout":                  "imports have a test of their own that kills them",
	"people.change":            "personal fields: TestUIB2 takes each change back",
	"people.revert-change":     "as people.change",
	"people.reveal":            "reads",
	"people.note-reveal-limit": "a job",
	"people.show-duplicate":    "changes no matter", "people.join-household": "changes no matter", "people.leave-household": "changes no matter",
	"people.register-organization": "changes no matter", "people.change-organization": "changes no matter", "people.revert-organization": "as people.change", "people.archive-organization": "changes no matter",
	"people.restore-organization": "changes no matter", "people.add-organization-contact": "changes no matter", "people.remove-organization-contact": "changes no matter",
	"people.tell-apart": "changes no matter", "people.mark-field": "changes no matter", "people.set-code": "changes no matter", "sales.train-scores": "changes no matter", "sales.set-targets": "changes no matter", "sales.keep-scores": "a job", "people.link-guardian": "changes no matter", "people.unlink-guardian": "changes no matter",
	"people.file-data-request": "TestPPL11", "people.finish-data-request": "TestPPL11", "people.export-person": "TestPPL11", "people.make-export": "TestPPL11", "people.keep-export": "TestPPL11", "people.fail-export": "TestPPL11", "people.remove-export": "TestPPL11", "people.merge-organizations": "TestPPL13", "people.unmerge-organizations": "TestPPL13", "people.anonymize": "TestPPL11",
	"sales.note-breach":     "a job",
	"sales.begin-reception": "changes no matter", "sales.withdraw-reception": "changes no matter",
	"sales.escalate-contact": "a job",
	"people.give-consent":    "changes no matter", "people.withdraw-consent": "changes no matter",
	"sales.return-to-pool":  "a job",
	"sales.pool-former":     "a job; no contract ends within the days of a walk: TestPPL8_Former",
	"sales.view-pool-entry": "reads",
	"sales.claim-enquiry":   "nothing comes to the pool within the days of a walk: TestPPL8_Claim", "sales.withdraw-claim": "as sales.claim-enquiry", "sales.withdraw-assignment": "as sales.claim-enquiry",
	"sales.update-imported":       "imports",
	"sales.merge-lead":            "imports",
	"sales.enter-submission":      "the program does it (TestMKT11)",
	"marketing.accept-submission": "of what came by a form (TestMKT11_AcceptSubmission)",
	"sales.add-lead":              "changes no matter: a further source record",
	"sales.change-enquiry":        "channel and course change no state",
	"sales.set-assignment-rule":   "the ground of a walk", "sales.set-ladder-step": "the ground of a walk",
	"sales.register-promotion": "changes no matter: TestSAL8", "sales.change-promotion": "changes no matter: TestSAL8", "sales.start-promotion": "changes no matter: TestSAL8", "sales.stop-promotion": "changes no matter: TestSAL8",
	"sales.follow-merge": "as sales.earn-reward", "sales.earn-reward": "nobody is brought in a walk: TestMKT12_Reward", "sales.book-reward": "as sales.earn-reward", "sales.reverse-reward": "as sales.earn-reward",
	"sales.write-playbook": "the ground of a walk", "sales.note-guidance": "changes no matter",
	"contracts.draft":      "within sales.draft-contract",
	"contracts.add-course": "the ground of a walk", "contracts.change-course": "the ground of a walk",
	"contracts.add-package": "the ground of a walk", "contracts.change-package": "the ground of a walk",
}

// stepsOf is how many steps a walk has, if ZHIKE_MODEL_STEPS does not say otherwise. The number of walks is rapid's (RAPID_CHECKS).
func stepsOf(t *testing.T, usual int) int {
	t.Helper()
	text := os.Getenv("ZHIKE_MODEL_STEPS")
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestTRU9_Model walks the way from a lead to its cash by drawn steps through drawn doors, beside a plain model in memory: each answer, and
// what there is after each step, is the model's, and every invariant of zhike check holds.
func TestTRU9_Model(t *testing.T) {
	t.Parallel()
	testkit.EachDB(t, func(t *testing.T, s *testkit.School) {
		all := walks(t, s, stepsOf(t, 30))
		for name := range deeds {
			if all.done[name] == 0 {
				t.Errorf("%s was never done, and refused %d times", name, all.refused[name])
			}
		}
		t.Logf("done %v, refused %v", all.done, all.refused)
	})
}

// TestTRU5_ModelUnderFaults: where every third commit fails as one that conflicts with another does, the same is answered, and there is the
// same, as the model says. ZHIKE_FAULTS=3 does that to the tests of every package.
func TestTRU5_ModelUnderFaults(t *testing.T) {
	t.Parallel()
	walks(t, testkit.FaultySchool(t, 3), stepsOf(t, 10))
}

// walks draws walks of so many steps, each with a person of its own, in one school.
func walks(t *testing.T, s *testkit.School, steps int) *walker {
	t.Helper()
	all, names, n := newWalker(t, s), slices.Sorted(maps.Keys(deeds)), 0
	rapid.Check(t, func(r *rapid.T) {
		s.Clock.Set(testkit.Morning)
		w := &walk{walker: all, r: r, model: model{now: testkit.Morning}}
		w.begin()
		name := ""
		for range steps {
			w.wait()
			name = w.next(names, name)
			deeds[name](w)
			w.compare(name)
		}
		if n++; n%10 == 0 {
			checkWhole(r, w)
		}
	})
	s.Check(t)
	return all
}

func checkWhole(r *rapid.T, w *walk) {
	found, err := w.s.App.Check(w.s.System())
	if err != nil || len(found) > 0 {
		r.Fatalf("check: %v, %v", found, err)
	}
}

// TestTRU9_EveryOperation: an operation is a step of the model, or is declared with the reason why not.
func TestTRU9_EveryOperation(t *testing.T) {
	known := map[string]bool{"people.register": true}
	for name := range deeds {
		known[name] = true
	}
	for _, o := range app.Operations() {
		name := o.Describe().Name
		reason := declaredReason(name)
		if driven := known[name]; driven == (reason != "") {
			t.Errorf("%s: a step of the model %t, and declared as none for %q", name, driven, reason)
		}
		delete(known, name)
	}
	for name := range known {
		t.Errorf("%s is no operation", name)
	}
}

// declaredReason is why an operation is no step of the model: its own reason, or that of its domain.
func declaredReason(name string) string {
	if reason := undriven[name]; reason != "" {
		return reason
	}
	domain, _, _ := strings.Cut(name, ".")
	return undriven[domain]
}
