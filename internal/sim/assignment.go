package sim

import (
	"context"
	"slices"

	"zhike/internal/sales"
)

// setRules says who gets new enquiries (SAL-2): at the largest center those of the web go to who has the fewest open ones, those of
// telephone calls to two of the consultants, all others by turn; a rule for the street is no longer in force.
func (l *Life) setRules(ctx context.Context) error {
	largest := l.world.centers[slices.IndexFunc(l.world.centers, func(p place) bool { return p.code == places[0][0] })]
	for _, rule := range []struct {
		channel string
		in      sales.SetRuleInput
	}{
		{"web", sales.SetRuleInput{No: 10, CenterID: largest.center, Strategy: "load", Active: true}},
		{"phone", sales.SetRuleInput{No: 20, CenterID: largest.center, Strategy: "turn", Staff: largest.consultants[:2], Active: true}},
		{"street", sales.SetRuleInput{No: 30, Strategy: "turn"}},
		{"", sales.SetRuleInput{No: 900, Strategy: "turn", Active: true}},
	} {
		rule.in.ChannelID = l.world.channels[rule.channel]
		if _, err := sales.SetRule.Run(ctx, l.run, rule.in); err != nil {
			return err
		}
	}
	return nil
}
